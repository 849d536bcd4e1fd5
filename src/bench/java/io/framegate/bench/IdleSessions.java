package io.framegate.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Weighs sessions that have exchanged one frame and then rest: growth of the gateway's
 * resident memory, after a full collection where it has a heap. Linux only.
 */
final class IdleSessions {

	private IdleSessions() {
	}

	/**
	 * Opens the sessions and weighs them.
	 * @return KB (1,024 bytes) of the gateway's memory for each
	 */
	static double weigh(Gateway gateway, Options options) throws IOException, InterruptedException {
		try (LoadGenerator warmUp = new LoadGenerator(gateway.port(), new Load(50, 1, options.payload()), false)) {
			warmUp.run(Duration.ZERO, Duration.ofSeconds(2), gateway::cpuNanos);
		}
		List<Socket> sockets = new ArrayList<>();
		try {
			long before = residentKilobytes(gateway);
			byte[] frame = new byte[options.payload() + 2];
			frame[frame.length - 2] = '\r';
			frame[frame.length - 1] = '\n';
			for (int i = 0; i < options.idleSessions(); i++) {
				Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), gateway.port());
				sockets.add(socket);
				socket.setSoTimeout(10_000);
				socket.getOutputStream().write(frame);
				socket.getInputStream().readNBytes(frame.length);
			}
			return (double) (residentKilobytes(gateway) - before) / options.idleSessions();
		}
		finally {
			for (Socket socket : sockets) {
				socket.close();
			}
		}
	}

	private static long residentKilobytes(Gateway gateway) throws IOException, InterruptedException {
		Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
		Process collection = new ProcessBuilder(jcmd.toString(), String.valueOf(gateway.pid()), "GC.run")
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		// It fails for a gateway that is not on the JVM, which then has nothing to
		// collect.
		collection.waitFor(30, TimeUnit.SECONDS);
		return Files.readAllLines(Path.of("/proc", String.valueOf(gateway.pid()), "status"))
			.stream()
			.filter((line) -> line.startsWith("VmRSS:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
			.findFirst()
			.orElseThrow();
	}

}
