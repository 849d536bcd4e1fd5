package io.framegate.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * A client as a fleet has them: sends numbered lines some ahead of their answers,
 * connects again when it gets FIN, and asks again there what was not answered. Anything
 * else that comes, above all RST, is its failure. It runs on a virtual thread.
 */
public final class Caller {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final String name;

	private final int port;

	private final int depth;

	private final int perConnection;

	private final LongAdder answered = new LongAdder();

	private final LongAdder askedAgain = new LongAdder();

	private final LongAdder connections = new LongAdder();

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private volatile boolean leaving;

	private Caller(String name, int port, int depth, int perConnection) {
		this.name = name;
		this.port = port;
		this.depth = depth;
		this.perConnection = perConnection;
	}

	/**
	 * Starts one.
	 * @param name what its lines begin with, unlike any other's
	 * @param port where it connects
	 * @param depth how many requests it has on the way at once
	 * @param perConnection after how many it half-closes and connects again; 0 for never
	 * @return the caller, calling
	 */
	public static Caller start(String name, int port, int depth, int perConnection) {
		Caller caller = new Caller(name, port, depth, perConnection);
		Thread.ofVirtual().name("testkit-caller-" + name).start(caller::run);
		return caller;
	}

	private void run() {
		try {
			int asked = 0;
			int known = 0;
			while (!this.leaving || known < asked) {
				Talk talk = talk(known, asked);
				known = talk.answered();
				asked = Math.max(asked, talk.asked());
			}
			this.done.complete(null);
		}
		catch (Throwable ex) {
			this.done.completeExceptionally(ex);
		}
	}

	/**
	 * What became of requests by the end of a connection.
	 *
	 * @param answered the first that was not answered
	 * @param asked the first that was not sent
	 */
	private record Talk(int answered, int asked) {

	}

	private Talk talk(int from, int askedBefore) {
		try (TestClient client = TestClient.connect(this.port).within(LIMIT)) {
			this.connections.increment();
			this.askedAgain.add(Math.max(0, askedBefore - from));
			int asked = from;
			int answered = from;
			boolean ended = false;
			while (asked < Math.max(askedBefore, from + this.depth)) {
				client.sendLine(this.name + " " + asked++);
			}
			for (String line = client.readLineOrEof(); line != null; line = client.readLineOrEof()) {
				if (!line.equals(this.name + " " + answered)) {
					throw new AssertionError(this.name + " " + answered + " was answered with " + line);
				}
				answered++;
				this.answered.increment();
				if (!ended && (this.leaving || (this.perConnection > 0 && asked >= from + this.perConnection))) {
					client.halfClose();
					ended = true;
				}
				if (!ended) {
					client.sendLine(this.name + " " + asked++);
				}
			}
			return new Talk(answered, asked);
		}
	}

	/**
	 * Has it ask nothing new, and waits until all it has asked is answered.
	 * @throws AssertionError where anything went wrong with it, also long before
	 */
	public void finish() {
		this.leaving = true;
		try {
			this.done.get(2 * LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new AssertionError("caller " + this.name + ": " + ex.getCause().getMessage(), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new AssertionError("caller " + this.name + " does not end", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Whether something has gone wrong with it.
	 * @return whether {@link #finish} will fail
	 */
	public boolean hasFailed() {
		return this.done.isCompletedExceptionally();
	}

	public long answered() {
		return this.answered.sum();
	}

	/**
	 * How many requests it had to send a second time, for their connection ended first.
	 * @return requests, each counted as often as it was sent again
	 */
	public long askedAgain() {
		return this.askedAgain.sum();
	}

	public long connections() {
		return this.connections.sum();
	}

}
