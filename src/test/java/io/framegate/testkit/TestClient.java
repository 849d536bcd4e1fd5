package io.framegate.testkit;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A client of the gateway.
 *
 * <pre>
 * try (TestClient client = TestClient.connect(port)) {
 * 	client.sendLine("hello");
 * 	client.halfClose();
 * 	assertThat(client.readLine()).isEqualTo("hello");
 * 	client.expectEof();
 * }
 * </pre>
 */
public final class TestClient extends TestSocket {

	private static final int CONNECT_MILLIS = 10_000;

	private TestClient(Socket socket, Socket wire) throws IOException {
		super(socket, wire);
	}

	/**
	 * Connects to a port of this machine. Fails where the peer resets at once, for then
	 * the reset may come within the connect.
	 * @param port where
	 * @return the connected client
	 */
	public static TestClient connect(int port) {
		return connect("127.0.0.1", port);
	}

	public static TestClient connect(String host, int port) {
		return connect(host, port, 0);
	}

	/**
	 * Connects from a certain address of this machine.
	 * @param local the address, such as 127.0.0.2
	 * @param port where
	 * @return the connected client
	 */
	public static TestClient connectFrom(String local, int port) {
		return connect(local, "127.0.0.1", port, 0);
	}

	/**
	 * Connects with a small receive buffer, for a client that reads slowly.
	 * @param host the host
	 * @param port the port
	 * @param receiveBuffer SO_RCVBUF in bytes; 0 for the system's default
	 * @return the connected client
	 */
	public static TestClient connect(String host, int port, int receiveBuffer) {
		return connect(null, host, port, receiveBuffer);
	}

	private static TestClient connect(String local, String host, int port, int receiveBuffer) {
		Socket socket = new Socket();
		try {
			if (local != null) {
				socket.bind(new InetSocketAddress(local, 0));
			}
			if (receiveBuffer > 0) {
				socket.setReceiveBufferSize(receiveBuffer);
			}
			socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
			return new TestClient(socket, socket);
		}
		catch (IOException ex) {
			try (socket) {
				throw new UncheckedIOException("No connection to " + host + ":" + port + ": " + ex.getMessage(), ex);
			}
			catch (IOException closing) {
				throw new UncheckedIOException(closing);
			}
		}
	}

	/**
	 * Connects with TLS, and returns when the handshake is done.
	 * @param port where
	 * @param tls what the client shows and trusts
	 * @param settings sets what else it wants
	 * @return the connected client
	 */
	public static TestClient connect(int port, SSLContext tls, Consumer<SSLParameters> settings) {
		return connect(port, 0, tls, settings);
	}

	/**
	 * The same with a small receive buffer, for a client that reads slowly.
	 */
	public static TestClient connect(int port, int receiveBuffer, SSLContext tls, Consumer<SSLParameters> settings) {
		return secure(new Socket(), port, receiveBuffer, tls, settings);
	}

	/**
	 * The same behind a proxy.
	 * @param header what the proxy sends, in one segment with the ClientHello
	 */
	public static TestClient connect(byte[] header, int port, SSLContext tls, Consumer<SSLParameters> settings) {
		return secure(new BehindProxy(header), port, 0, tls, settings);
	}

	private static TestClient secure(Socket wire, int port, int receiveBuffer, SSLContext tls,
			Consumer<SSLParameters> settings) {
		try {
			if (receiveBuffer > 0) {
				wire.setReceiveBufferSize(receiveBuffer);
			}
			wire.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
			wire.setSoTimeout(CONNECT_MILLIS);
			SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(wire, "localhost", port, true);
			SSLParameters parameters = socket.getSSLParameters();
			settings.accept(parameters);
			socket.setSSLParameters(parameters);
			socket.startHandshake();
			return new TestClient(socket, wire);
		}
		catch (IOException ex) {
			try (wire) {
				throw new UncheckedIOException("No TLS with port " + port + ": " + ex.getMessage(), ex);
			}
			catch (IOException closing) {
				throw new UncheckedIOException(closing);
			}
		}
	}

	/**
	 * Sets the deadline of every later call, in place of 10 seconds.
	 * @param limit how long a call may take
	 * @return this client
	 */
	public TestClient within(Duration limit) {
		deadline(limit);
		return this;
	}

	/**
	 * Sends a header together with the first bytes.
	 */
	private static final class BehindProxy extends Socket {

		private byte[] header;

		BehindProxy(byte[] header) {
			this.header = header;
		}

		@Override
		public OutputStream getOutputStream() throws IOException {
			return new FilterOutputStream(super.getOutputStream()) {

				@Override
				public void write(byte[] bytes, int offset, int length) throws IOException {
					byte[] first = BehindProxy.this.header;
					BehindProxy.this.header = new byte[0];
					this.out.write(ProxyBytes.concat(first, Arrays.copyOfRange(bytes, offset, offset + length)));
				}

			};
		}

	}

}
