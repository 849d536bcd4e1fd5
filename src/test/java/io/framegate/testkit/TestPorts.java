package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports with a known answer.
 */
public final class TestPorts {

	/** Below the ports that systems give out themselves. */
	private static final int LOWEST = 10_000;

	private static final int HIGHEST = 30_000;

	private TestPorts() {
	}

	/**
	 * A port of 127.0.0.1 that was bound and closed: a connect is refused.
	 * @return the port
	 */
	public static int refused() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ports of 127.0.0.1 in a row that nobody has, and that no socket is given which asks
	 * for any: others each time.
	 * @param count how many
	 * @return the first of them
	 */
	public static int free(int count) {
		int first;
		do {
			first = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
		}
		while (!IntStream.range(first, first + count).allMatch(TestPorts::isFree));
		return first;
	}

	/**
	 * Whether a listener that does not share could have a port of 127.0.0.1.
	 * @param port the port
	 * @return {@code false} also where an ended connection is still remembered
	 */
	public static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.setReuseAddress(false);
			socket.bind(new InetSocketAddress("127.0.0.1", port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
