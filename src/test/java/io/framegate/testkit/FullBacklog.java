package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of this machine that neither accepts nor refuses: its backlog is full, so the
 * kernel drops what comes.
 */
public final class FullBacklog implements AutoCloseable {

	private static final int CONNECT_MILLIS = 200;

	private static final int SURE = 3;

	private final ServerSocket server;

	private final List<Socket> fillers = new ArrayList<>();

	public FullBacklog() {
		this("127.0.0.1", 0);
	}

	/**
	 * The same at a certain address.
	 * @param host a loopback address
	 * @param port the port, 0 for any free one
	 */
	public FullBacklog(String host, int port) {
		try {
			this.server = new ServerSocket(port, 1, InetAddress.getByName(host));
			fill();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** One that takes long may only have met a busy machine. */
	private void fill() throws IOException {
		for (int dropped = 0; dropped < SURE;) {
			Socket filler = new Socket();
			this.fillers.add(filler);
			try {
				filler.connect(new InetSocketAddress(this.server.getInetAddress(), this.server.getLocalPort()),
						CONNECT_MILLIS);
				dropped = 0;
			}
			catch (SocketTimeoutException ex) {
				dropped++;
			}
		}
	}

	public String address() {
		return this.server.getInetAddress().getHostAddress() + ":" + this.server.getLocalPort();
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Socket filler : this.fillers) {
				filler.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
