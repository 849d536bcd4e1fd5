package io.framegate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All clients of one load, on the calling thread with one selector and no allocation per
 * frame. After the window it takes every reply that is still owed: a reply lost is a
 * failure.
 */
final class LoadGenerator implements AutoCloseable {

	private static final long STALL = TimeUnit.SECONDS.toNanos(10);

	private final Selector selector = Selector.open();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);

	private final List<LoadConnection> connections = new ArrayList<>();

	private final Histogram latencies = new Histogram();

	private final Gateway gateway;

	private final Load load;

	private final Consumer<SelectionKey> service = this::serve;

	private long exchanges;

	private long progressAt;

	private boolean sending = true;

	LoadGenerator(Gateway gateway, Load load, boolean keepsOrder) throws IOException {
		this.gateway = gateway;
		this.load = load;
		try {
			InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), gateway.port());
			for (int index = 0; index < load.connections(); index++) {
				SocketChannel channel = SocketChannel.open(address);
				Wire wire = gateway.isTls() ? new TlsWire(channel) : new PlainWire(channel);
				LoadConnection connection = new LoadConnection(channel, wire, index, load, keepsOrder);
				this.connections.add(connection);
				connection.register(this.selector);
			}
		}
		catch (IOException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Drives the load. The window begins when every client has had a reply: what opening
	 * thousands of connections costs is no part of it.
	 * @param settle how long to run before the window, at least
	 * @param window how long to measure
	 * @return what was measured
	 */
	Sample run(Duration settle, Duration window) throws IOException {
		this.progressAt = System.nanoTime();
		for (LoadConnection connection : this.connections) {
			connection.request(this.load.depth(), System.nanoTime());
		}
		drive(settle.toNanos());
		while (!this.connections.stream().allMatch(LoadConnection::isServed)) {
			turn(System.nanoTime());
		}
		this.latencies.clear();
		long before = this.exchanges;
		long cpuBefore = this.gateway.cpuNanos();
		long start = System.nanoTime();
		drive(window.toNanos());
		long nanos = System.nanoTime() - start;
		long cpuNanos = this.gateway.cpuNanos() - cpuBefore;
		long measured = this.exchanges - before;
		Sample sample = new Sample(measured, nanos, cpuNanos, this.latencies.percentile(0.5),
				this.latencies.percentile(0.99), this.latencies.percentile(0.999), this.gateway.residentKilobytes());
		takeOwedReplies();
		return sample;
	}

	private void drive(long duration) throws IOException {
		long start = System.nanoTime();
		for (long now = start; now - start < duration; now = System.nanoTime()) {
			turn(now);
		}
	}

	private void takeOwedReplies() throws IOException {
		this.sending = false;
		while (owed() > 0) {
			turn(System.nanoTime());
		}
	}

	private void turn(long now) throws IOException {
		long before = this.exchanges;
		try {
			this.selector.select(this.service, 100);
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		if (this.exchanges != before) {
			this.progressAt = now;
		}
		else if (now - this.progressAt > STALL) {
			throw new IOException("no reply for 10 s, " + owed() + " requests unanswered");
		}
	}

	private void serve(SelectionKey key) {
		LoadConnection connection = (LoadConnection) key.attachment();
		try {
			if (key.isWritable()) {
				connection.flush();
			}
			if (key.isReadable()) {
				int replies = connection.read(this.buffer, this.latencies);
				this.exchanges += replies;
				if (this.sending && replies > 0) {
					connection.request(replies, System.nanoTime());
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private long owed() {
		long owed = 0;
		for (LoadConnection connection : this.connections) {
			owed += connection.owed();
		}
		return owed;
	}

	@Override
	public void close() throws IOException {
		for (LoadConnection connection : this.connections) {
			connection.close();
		}
		this.selector.close();
	}

}
