package io.framegate.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * A balancer that copies bytes and hands on FIN and RST, two virtual threads a
 * connection.
 */
public final class PlainBalancer implements Balancer {

	private static final int BACKLOG = 4096;

	private static final int CONNECT_MILLIS = 10_000;

	private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1"));

	private final List<Integer> endpoints = new CopyOnWriteArrayList<>();

	private final Map<Integer, LongAdder> opened = new ConcurrentHashMap<>();

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final List<String> faults = new CopyOnWriteArrayList<>();

	private volatile boolean closed;

	private PlainBalancer() throws IOException {
	}

	/**
	 * A balancer without endpoints.
	 * @return the balancer, listening
	 */
	public static PlainBalancer start() {
		try {
			PlainBalancer balancer = new PlainBalancer();
			Thread.ofVirtual().name("testkit-balancer").start(balancer::accept);
			return balancer;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		int turn = 0;
		while (!this.closed) {
			try {
				Socket client = this.server.accept();
				this.sockets.add(client);
				List<Integer> now = List.copyOf(this.endpoints);
				if (now.isEmpty()) {
					this.faults.add("no endpoint for a client");
					close(client, true);
					continue;
				}
				int port = now.get(Math.floorMod(turn++, now.size()));
				Thread.ofVirtual().name("testkit-balancer-" + port).start(() -> carry(client, port));
			}
			catch (IOException ex) {
				Thread.yield();
			}
		}
	}

	private void carry(Socket client, int port) {
		Socket endpoint = new Socket();
		this.sockets.add(endpoint);
		try {
			client.setTcpNoDelay(true);
			endpoint.setTcpNoDelay(true);
			endpoint.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), CONNECT_MILLIS);
			opened(port, 1);
			Thread back = Thread.ofVirtual()
				.name("testkit-balancer-back-" + port)
				.start(() -> copy("endpoint " + port, endpoint, client));
			copy("client of " + port, client, endpoint);
			back.join();
			close(client, false);
			close(endpoint, false);
		}
		catch (IOException ex) {
			fault("endpoint " + port + " refused: " + ex.getMessage());
			close(client, true);
			close(endpoint, true);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void copy(String name, Socket from, Socket to) {
		byte[] bytes = new byte[16 * 1024];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
				out.write(bytes, 0, count);
			}
			to.shutdownOutput();
		}
		catch (IOException ex) {
			if (!from.isClosed() && !to.isClosed()) {
				fault("from " + name + ": " + ex.getMessage());
			}
			close(from, true);
			close(to, true);
		}
	}

	private void fault(String text) {
		if (!this.closed) {
			this.faults.add(text);
		}
	}

	private void close(Socket socket, boolean reset) {
		try (socket) {
			this.sockets.remove(socket);
			if (reset) {
				socket.setSoLinger(true, 0);
			}
		}
		catch (IOException ex) {
			fault("closing " + socket + ": " + ex.getMessage());
		}
	}

	private void opened(int port, int more) {
		this.opened.computeIfAbsent(port, (key) -> new LongAdder()).add(more);
	}

	@Override
	public int port() {
		return this.server.getLocalPort();
	}

	@Override
	public void add(int port) {
		this.endpoints.add(port);
	}

	@Override
	public void remove(int port) {
		this.endpoints.remove(Integer.valueOf(port));
	}

	@Override
	public long opened(int port) {
		LongAdder count = this.opened.get(port);
		return (count != null) ? count.sum() : 0;
	}

	@Override
	public List<String> faults() {
		return List.copyOf(this.faults);
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.sockets.forEach((socket) -> close(socket, true));
	}

	@Override
	public String toString() {
		return "PlainBalancer";
	}

}
