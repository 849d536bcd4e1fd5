package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.route.Target;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a target: its addresses, its connections, whether it is up, whether it
 * can be trusted. Any thread may call.
 */
public final class TargetState {

	/** Whether a target is to be connected to. */
	public enum Status {

		/** It is, though nobody has tried yet. */
		UNKNOWN,

		/** It is. */
		UP,

		/** Left alone for a while, after it failed several times in a row. */
		EJECTED,

		/** Not before a health check finds it well. */
		DOWN

	}

	private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);

	private static final int MOST_DOUBLINGS = 6;

	/** The rest between exchanges after a first reply too many; doubled with each. */
	private static final long LONGER_REST = TimeUnit.MILLISECONDS.toNanos(5);

	private static final int MOST_STRAYS = 4;

	/** After so long without a reply too many, a target is trusted again. */
	private static final long FORGIVEN_AFTER = TimeUnit.MINUTES.toNanos(10);

	private final Target target;

	private final int fall;

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger nextAddress = new AtomicInteger();

	private volatile List<InetSocketAddress> addresses = List.of();

	private final CompletableFuture<Void> lookedUp = new CompletableFuture<>();

	private volatile boolean seen;

	private volatile boolean down;

	private volatile boolean ejected;

	/** When the gateway's own probe last succeeded, 0 for never. */
	private volatile long wellAt;

	private volatile @Nullable InetSocketAddress wellAddress;

	private volatile int failures;

	/** What a target must do to be trusted again. */
	private Evidence needed = Evidence.CONNECT;

	private int ejections;

	private long trialAt;

	private volatile int strays;

	private volatile long strayAt;

	TargetState(Target target, int fall) {
		this.target = target;
		this.fall = fall;
	}

	public Target target() {
		return this.target;
	}

	public Status status() {
		if (this.down) {
			return Status.DOWN;
		}
		if (this.ejected) {
			return Status.EJECTED;
		}
		return this.seen ? Status.UP : Status.UNKNOWN;
	}

	public boolean isUp() {
		return !this.down && !this.ejected;
	}

	public int connections() {
		return this.connections.get();
	}

	void begun() {
		this.connections.incrementAndGet();
	}

	void ended() {
		this.connections.decrementAndGet();
	}

	/**
	 * A connect succeeded, which says little of a target that does not answer.
	 */
	void connected() {
		this.seen = true;
		if (this.failures != 0) {
			succeeded(Evidence.CONNECT);
		}
	}

	/**
	 * A probe of the gateway's own succeeded. One that proves less than what the target
	 * failed to do counts only as the trial after a pause.
	 * @param how what it proves
	 */
	synchronized void well(Evidence how) {
		this.seen = true;
		if (this.failures == 0 || how.compareTo(this.needed) >= 0 || isTrialDue()) {
			this.wellAt = System.nanoTime() | 1;
			succeeded(how);
		}
	}

	/**
	 * When a probe last succeeded.
	 * @return a {@link System#nanoTime()} stamp, 0 for never
	 */
	long wellAt() {
		return this.wellAt;
	}

	@Nullable InetSocketAddress wellAddress() {
		return this.wellAddress;
	}

	void wellAddress(InetSocketAddress found) {
		this.wellAddress = found;
	}

	/**
	 * The target did what it is there for.
	 */
	public void worked() {
		if (this.failures != 0) {
			succeeded(Evidence.EXCHANGE);
		}
	}

	/**
	 * The target answered the gateway itself.
	 */
	void answered() {
		if (this.failures != 0) {
			succeeded(Evidence.ANSWER);
		}
	}

	private synchronized void succeeded(Evidence how) {
		if (how.compareTo(this.needed) >= 0) {
			forget();
		}
		else if (isTrialDue()) {
			// Tried again, if not yet trusted as before.
			this.ejected = false;
		}
	}

	private synchronized void forget() {
		this.failures = 0;
		this.ejections = 0;
		this.ejected = false;
		this.needed = Evidence.CONNECT;
	}

	/**
	 * A connect failed, or a connection on which something was awaited. After as many in
	 * a row as a health check may, the target is left alone for a pause that doubles each
	 * time; then it is tried. What fails meanwhile was begun before, and changes nothing.
	 * @param what what the target did not do
	 */
	synchronized void failed(Evidence what) {
		this.seen = true;
		if (what.compareTo(this.needed) > 0) {
			this.needed = what;
		}
		if (this.ejected && !isTrialDue()) {
			return;
		}
		this.failures++;
		if (this.failures >= this.fall) {
			long pause = Math.min(FIRST_PAUSE << Math.min(this.ejections, MOST_DOUBLINGS), LONGEST_PAUSE);
			long jitter = ThreadLocalRandom.current().nextLong(pause / 5);
			this.trialAt = System.nanoTime() + pause - jitter;
			this.ejections++;
			this.ejected = true;
			// The first after the pause decides.
			this.failures = Math.max(1, this.fall - 1);
		}
	}

	/**
	 * Whether it was left alone for long enough, so that a connect may be tried.
	 * @return whether the pause is over
	 */
	synchronized boolean isTrialDue() {
		return this.ejected && System.nanoTime() - this.trialAt >= 0;
	}

	/**
	 * Whether it is left alone though it accepts connections, for it does not answer.
	 * @return whether connections that are there are of no use either
	 */
	synchronized boolean isSilent() {
		return this.ejected && this.needed != Evidence.CONNECT;
	}

	void down(boolean now) {
		this.down = now;
		if (!now) {
			forget();
		}
	}

	/**
	 * A reply came that nobody had asked for: what may come next is waited for longer.
	 */
	synchronized void strayed() {
		this.strays = Math.min((this.strays > 0 && isForgiven()) ? 1 : this.strays + 1, MOST_STRAYS);
		this.strayAt = System.nanoTime();
	}

	private boolean isForgiven() {
		return System.nanoTime() - this.strayAt > FORGIVEN_AFTER;
	}

	/**
	 * How long a connection rests between exchanges.
	 * @param usual what is configured, 0 for not at all
	 * @return nanoseconds
	 */
	long rest(long usual) {
		int known = this.strays;
		return (known == 0 || usual == 0 || isForgiven()) ? usual : Math.max(usual, LONGER_REST << (known - 1));
	}

	void addresses(List<InetSocketAddress> found) {
		this.addresses = found;
		this.lookedUp.complete(null);
	}

	/**
	 * Whether its name was looked up once, found or not.
	 * @return whether there is an address to try
	 */
	boolean isLookedUp() {
		return this.lookedUp.isDone();
	}

	/**
	 * Completed when its name was looked up for a first time.
	 * @return completed by any thread
	 */
	CompletableFuture<Void> lookedUp() {
		return this.lookedUp;
	}

	List<InetSocketAddress> addresses() {
		return this.addresses;
	}

	/**
	 * Whether an address is one of the target's, as far as is known.
	 * @param address the address
	 * @return {@code false} where the target's name has moved away from it
	 */
	boolean isAt(InetSocketAddress address) {
		List<InetSocketAddress> all = this.addresses;
		return all.isEmpty() || all.getFirst().isUnresolved() || all.contains(address);
	}

	/**
	 * All addresses, beginning with another one each time.
	 * @return the addresses
	 */
	List<InetSocketAddress> addressesInTurn() {
		List<InetSocketAddress> all = this.addresses;
		if (all.size() < 2) {
			return all;
		}
		int first = Math.floorMod(this.nextAddress.getAndIncrement(), all.size());
		List<InetSocketAddress> turned = new ArrayList<>(all.subList(first, all.size()));
		turned.addAll(all.subList(0, first));
		return turned;
	}

}
