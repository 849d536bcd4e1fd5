package io.framegate.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
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
		try (LoadGenerator warmUp = new LoadGenerator(gateway.port(), new Load(50, 1, options.payload()), false)) {
			warmUp.run(Duration.ZERO, Duration.ofSeconds(2), gateway::cpuNanos);
		}
		List<Socket> sockets = new ArrayList<>();
		try {
			Memory memory = new Memory(gateway.pid());
			long before = settledKilobytes(memory);
			byte[] frame = new byte[options.payload() + 2];
			Arrays.fill(frame, (byte) 'x');
			frame[frame.length - 2] = '\r';
			frame[frame.length - 1] = '\n';
			for (int i = 0; i < options.idleSessions(); i++) {
				Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), gateway.port());
				sockets.add(socket);
				socket.setSoTimeout(10_000);
				socket.getOutputStream().write(frame);
				if (!Arrays.equals(socket.getInputStream().readNBytes(frame.length), frame)) {
					throw new IOException("session " + i + " got no reply" + gateway.lastWords());
				}
			}
			long after = settledKilobytes(memory);
			return (double) (after - before) / options.idleSessions();
		}
		finally {
			for (Socket socket : sockets) {
				socket.close();
			}
		}
	}

	/**
	 * Collects and reads until two readings agree, for memory is given back with delay.
	 */
	private static long settledKilobytes(Memory memory) throws IOException, InterruptedException {
		long last = memory.kilobytes();
		for (int attempt = 0; attempt < 20; attempt++) {
			TimeUnit.MILLISECONDS.sleep(500);
			long next = memory.kilobytes();
			if (Math.abs(next - last) <= 200) {
				return next;
			}
			last = next;
		}
		return last;
	}

}
