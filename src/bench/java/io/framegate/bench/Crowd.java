package io.framegate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Many sessions of a gateway, opened at once. Then they rest, or some have an exchange
 * now and then. Every reply is checked. One thread.
 */
final class Crowd implements AutoCloseable {

	private static final long STALL = TimeUnit.SECONDS.toNanos(30);

	private final Selector selector = Selector.open();

	private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);

	private final List<CrowdSession> sessions = new ArrayList<>();

	private final Histogram latencies = new Histogram();

	private final Consumer<SelectionKey> service = this::serve;

	/** Connects and requests that have not got their reply. */
	private int owed;

	private long lastReplyAt;

	private int next;

	Crowd() throws IOException {
	}

	/**
	 * Opens sessions without waiting for each other, and has one exchange with each.
	 * @param gateway the gateway
	 * @param count how many
	 * @param payload bytes of a frame
	 * @return what happened: a session that fails ends it
	 */
	Burst open(Gateway gateway, int count, int payload) throws IOException {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), gateway.port());
		this.latencies.clear();
		long start = System.nanoTime();
		this.lastReplyAt = start;
		for (int i = 0; i < count; i++) {
			CrowdSession session = new CrowdSession(i, payload);
			this.sessions.add(session);
			this.owed++;
			session.connect(address, this.selector);
		}
		takeOwedReplies();
		return new Burst(count, this.lastReplyAt - start, this.latencies.percentile(0.5),
				this.latencies.percentile(0.99));
	}

	/**
	 * Has one exchange after the other with one session after the other.
	 * @param perSecond how many a second, 0 for none
	 * @param duration for how long
	 */
	Pace run(int perSecond, Duration duration) throws IOException {
		this.latencies.clear();
		long asked = 0;
		long start = System.nanoTime();
		for (long now = start; now - start < duration.toNanos(); now = System.nanoTime()) {
			long due = (now - start) * perSecond / TimeUnit.SECONDS.toNanos(1);
			while (asked < due) {
				asked++;
				if (this.sessions.get(this.next).request()) {
					this.owed++;
				}
				this.next = (this.next + 1) % this.sessions.size();
			}
			select((perSecond > 0) ? 1 : 100);
		}
		takeOwedReplies();
		return new Pace(asked, this.latencies.percentile(0.5), this.latencies.percentile(0.99));
	}

	private void takeOwedReplies() throws IOException {
		long since = System.nanoTime();
		while (this.owed > 0) {
			select(100);
			if (System.nanoTime() - Math.max(since, this.lastReplyAt) > STALL) {
				throw new IOException("no reply for 30 s, " + this.owed + " owed");
			}
		}
	}

	private void select(long millis) throws IOException {
		try {
			this.selector.select(this.service, millis);
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	private void serve(SelectionKey key) {
		try {
			long nanos = ((CrowdSession) key.attachment()).serve(key, this.buffer);
			if (nanos >= 0) {
				this.owed--;
				this.lastReplyAt = System.nanoTime();
				this.latencies.record(nanos);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("after " + (this.sessions.size() - this.owed) + " replies", ex);
		}
	}

	@Override
	public void close() throws IOException {
		for (CrowdSession session : this.sessions) {
			session.close();
		}
		this.selector.close();
	}

	/**
	 * Sessions opened at once.
	 *
	 * @param sessions how many; all got their reply
	 * @param nanos from the first connect to the last reply
	 * @param p50 median from a session's connect to its reply, in nanoseconds
	 * @param p99 the 99th percentile
	 */
	record Burst(int sessions, long nanos, long p50, long p99) {

	}

	/**
	 * Exchanges at a steady pace.
	 *
	 * @param exchanges how many
	 * @param p50 median of their latency, in nanoseconds
	 * @param p99 the 99th percentile
	 */
	record Pace(long exchanges, long p50, long p99) {

	}

}
