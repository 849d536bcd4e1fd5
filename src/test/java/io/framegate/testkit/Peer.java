package io.framegate.testkit;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/**
 * One connection that a {@link TestUpstream} accepted, and what its script did with it.
 */
public final class Peer extends TestSocket {

	private final CountDownLatch closed = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile @Nullable Throwable failure;

	Peer(Socket socket, Socket wire) throws IOException {
		super(socket, wire);
	}

	/**
	 * Sets the deadline of every later call, in place of 10 seconds.
	 * @param limit how long a call may take
	 * @return this peer
	 */
	public Peer within(Duration limit) {
		deadline(limit);
		return this;
	}

	/**
	 * Reads and drops whatever comes until EOF.
	 */
	public void awaitEof() {
		readAll();
	}

	/**
	 * Says whether the script has ended, and the connection with it.
	 * @return true when closed
	 */
	public boolean isEnded() {
		return this.ended.getCount() == 0;
	}

	/**
	 * What the script threw, such as an {@link AssertionError} of a wait.
	 * @return null where it ended well or has not ended
	 */
	public @Nullable Throwable failure() {
		return this.failure;
	}

	void play(Script script) {
		try (this) {
			script.on(this);
		}
		catch (Throwable ex) {
			this.failure = ex;
		}
		finally {
			this.ended.countDown();
		}
	}

	/**
	 * Stays open, reading nothing, until the upstream closes.
	 */
	void awaitClose() throws InterruptedException {
		this.closed.await();
	}

	@Override
	public void close() {
		this.closed.countDown();
		super.close();
	}

}
