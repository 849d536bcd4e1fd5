package io.framegate.demo;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import io.framegate.framing.Framings;
import io.framegate.framing.LengthFraming;
import io.framegate.lifecycle.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * The upstream of the demo. Answers every length4 frame with itself, on the loopback
 * address alone. A virtual thread for each connection.
 */
final class DemoEchoServer implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(DemoEchoServer.class);

	private static final int MAX_FRAME = 16 * 1024 * 1024;

	private final int port;

	private volatile @Nullable ServerSocket server;

	/**
	 * Makes the server.
	 * @param port the port to listen on; 0 for none
	 */
	DemoEchoServer(int port) {
		this.port = port;
	}

	@Override
	public void start() {
		if (this.port == 0) {
			return;
		}
		try {
			ServerSocket socket = new ServerSocket();
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			this.server = socket;
			Thread.ofVirtual().name("framegate-demo-echo").start(() -> accept(socket));
			logger.info("Demo echo (length4) listens on 127.0.0.1 port {}", this.port);
		}
		catch (IOException ex) {
			logger.error("The demo echo cannot listen on 127.0.0.1 port {} (framegate.demo.echo-port): {}", this.port,
					ex.getMessage());
		}
	}

	private static void accept(ServerSocket socket) {
		while (!socket.isClosed()) {
			try {
				Socket connection = socket.accept();
				Thread.ofVirtual().name("framegate-demo-echo").start(() -> echo(connection));
			}
			catch (IOException ex) {
				logger.debug("Demo echo", ex);
			}
		}
	}

	private static void echo(Socket connection) {
		LengthFraming length4 = (LengthFraming) Framings.named("length4", false);
		length4.setMaxMessageSize(MAX_FRAME);
		try (connection) {
			connection.setTcpNoDelay(true);
			// Length and payload in one segment: the second of two would wait for an ACK.
			OutputStream out = new BufferedOutputStream(connection.getOutputStream());
			while (true) {
				length4.serialize(length4.deserialize(connection.getInputStream()), out);
				out.flush();
			}
		}
		catch (SoftEndOfStreamException ex) {
			logger.trace("Demo client is done", ex);
		}
		catch (IOException ex) {
			logger.debug("Demo echo", ex);
		}
	}

	@Override
	public void stop() {
		ServerSocket socket = this.server;
		this.server = null;
		if (socket != null) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				logger.debug("Demo echo", ex);
			}
		}
	}

	@Override
	public boolean isRunning() {
		return this.server != null;
	}

	/** Starts before the routes that use it, and stops after them. */
	@Override
	public int getPhase() {
		return Routes.PHASE - 1;
	}

}
