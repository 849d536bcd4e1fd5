package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Ports with a known answer.
 */
public final class TestPorts {

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

}
