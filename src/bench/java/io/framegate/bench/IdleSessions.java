package io.framegate.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Weighs sessions that have exchanged one frame and then rest. Differences below some
 * hundred KB in all are noise, so a thrifty gateway needs thousands of them.
 */
final class IdleSessions {

	private IdleSessions() {
	}

	/**
	 * Opens the sessions and weighs them.
	 * @return KB (1,024 bytes) of the gateway's memory for each
	 */
	static double weigh(Gateway gateway, BenchmarkOptions options) throws IOException, InterruptedException {
		try (LoadGenerator warmUp = new LoadGenerator(gateway, new Load(50, 1, options.payload()), false)) {
			warmUp.run(Duration.ZERO, Duration.ofSeconds(2));
		}
		List<Client> clients = new ArrayList<>();
		try {
			long before = settledKilobytes(gateway);
			byte[] frame = new byte[options.payload() + 2];
			Arrays.fill(frame, (byte) 'x');
			frame[frame.length - 2] = '\r';
			frame[frame.length - 1] = '\n';
			for (int i = 0; i < options.idleSessions(); i++) {
				Client client = Client.connect(gateway);
				clients.add(client);
				client.exchange(frame);
			}
			long after = settledKilobytes(gateway);
			return (double) (after - before) / options.idleSessions();
		}
		finally {
			for (Client client : clients) {
				client.close();
			}
		}
	}

	/**
	 * Collects and reads until two readings agree, for memory is given back with delay.
	 */
	static long settledKilobytes(Gateway gateway) throws IOException, InterruptedException {
		long last = gateway.kilobytes();
		for (int attempt = 0; attempt < 20; attempt++) {
			TimeUnit.MILLISECONDS.sleep(500);
			long next = gateway.kilobytes();
			if (Math.abs(next - last) <= 200) {
				return next;
			}
			last = next;
		}
		return last;
	}

}
