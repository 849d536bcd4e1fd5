package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import io.framegate.route.Target;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a target: its addresses, its connections, whether it is up, whether it
 * is trusted. Any thread may call.
 */
public final class TargetState {

	/** Whether a target is to be connected to. */
	public enum Status {

		/** Not tried yet, so it is tried. */
		UNKNOWN,

		/** Connected to. */
		UP,

		/** Not connected to for a while, after several failures in a row. */
		EJECTED,

		/** Not connected to before a health check finds it healthy. */
		DOWN,

		/** An operator wants it unused, and what is there is being ended. */
		DRAINING,

		/** An operator wants it unused. */
		DISABLED

	}

	/**
	 * A connection that its server closes unused within this time, in nanoseconds, was
	 * useless.
	 */
	public static final long SOON = TimeUnit.SECONDS.toNanos(1);

	/** The rest between exchanges after the first unexpected reply; doubled with each. */
	private static final long LONGER_REST = TimeUnit.MILLISECONDS.toNanos(5);

	private static final int MAX_UNEXPECTED = 4;

	/** After so long without an unexpected reply, a target is trusted again. */
	private static final long FORGIVEN_AFTER = TimeUnit.MINUTES.toNanos(10);

	private final Target target;

	private final LongSupplier clock;

	private final OutlierEjection ejection;

	private final TargetSwitch lever;

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger nextAddress = new AtomicInteger();

	private volatile List<InetSocketAddress> addresses = List.of();

	private final CompletableFuture<Void> lookedUp = new CompletableFuture<>();

	private volatile boolean seen;

	private volatile boolean down;

	/** When the gateway's own probe last succeeded, 0 for never. */
	private volatile long wellAt;

	private volatile @Nullable InetSocketAddress wellAddress;

	private volatile int unexpectedReplies;

	private volatile long unexpectedReplyAt;

	TargetState(Target target, int fall, LongSupplier clock) {
		this(target, fall, clock, new TargetSwitch());
	}

	TargetState(Target target, int fall, LongSupplier clock, TargetSwitch lever) {
		this.lever = lever;
		this.clock = clock;
		this.target = target;
		this.ejection = new OutlierEjection(fall);
	}

	public Target target() {
		return this.target;
	}

	/**
	 * What becomes of it, by an operator's will or by what is known of it.
	 */
	public Status status() {
		return switch (this.lever.position()) {
			case ENABLED -> health();
			case DRAINING -> Status.DRAINING;
			case DISABLED -> Status.DISABLED;
		};
	}

	/**
	 * What is known of it, whatever an operator wants.
	 * @return {@code UNKNOWN}, {@code UP}, {@code EJECTED} or {@code DOWN}
	 */
	public Status health() {
		if (this.down) {
			return Status.DOWN;
		}
		if (this.ejection.isEjected()) {
			return Status.EJECTED;
		}
		return this.seen ? Status.UP : Status.UNKNOWN;
	}

	/**
	 * Whether it may get connections and exchanges.
	 */
	public boolean isUp() {
		return !this.down && !this.ejection.isEjected() && !this.lever.isOff();
	}

	/**
	 * Whether an operator lets nothing new begin with it.
	 */
	public boolean isOff() {
		return this.lever.isOff();
	}

	/**
	 * The operator's switch.
	 */
	public TargetSwitch lever() {
		return this.lever;
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
	 * A connect succeeded, which proves little about a target that does not answer.
	 */
	void connected() {
		this.seen = true;
		if (this.ejection.isSuspect()) {
			succeeded(Evidence.CONNECT);
		}
	}

	/**
	 * A probe of the gateway's own succeeded. One that proves less than what the target
	 * failed to do counts only as the trial after a pause.
	 * @param how what it proves
	 */
	void well(Evidence how) {
		this.seen = true;
		long now = this.clock.getAsLong();
		if (this.ejection.probed(how, now)) {
			this.wellAt = now | 1;
		}
	}

	/**
	 * When a probe last succeeded.
	 * @return a {@link System#nanoTime()} stamp, 0 for never
	 */
	public long wellAt() {
		return this.wellAt;
	}

	@Nullable InetSocketAddress wellAddress() {
		return this.wellAddress;
	}

	void wellAddress(InetSocketAddress found) {
		this.wellAddress = found;
	}

	/**
	 * The target answered a request.
	 */
	public void worked() {
		if (this.ejection.isSuspect()) {
			succeeded(Evidence.EXCHANGE);
		}
	}

	/**
	 * The target answered the gateway itself.
	 */
	public void answered() {
		if (this.ejection.isSuspect()) {
			succeeded(Evidence.ANSWER);
		}
	}

	private void succeeded(Evidence how) {
		this.ejection.succeeded(how, this.clock.getAsLong());
	}

	/**
	 * A connect failed, or a connection on which a reply was awaited. After as many
	 * failures in a row as a health check may have, the target is ejected for a pause
	 * that doubles each time; then it is tried. What fails meanwhile was begun before and
	 * changes nothing.
	 * @param what what the target did not do
	 */
	public void failed(Evidence what) {
		this.seen = true;
		this.ejection.failed(what, this.clock.getAsLong());
	}

	/**
	 * Whether what works elsewhere may move here: it is up and has not just failed.
	 */
	boolean isInviting() {
		return isUp() && !this.ejection.isInDoubt(this.clock.getAsLong());
	}

	/**
	 * Whether the pause is over, so that a connect may be tried.
	 */
	boolean isTrialDue() {
		return this.ejection.isTrialDue(this.clock.getAsLong());
	}

	/**
	 * Whether the target is ejected because it accepts connections but does not answer,
	 * so that existing connections are useless too.
	 */
	public boolean isSilent() {
		return this.ejection.isSilent();
	}

	void down(boolean now) {
		this.down = now;
		if (!now) {
			this.ejection.forget();
		}
	}

	/**
	 * An unexpected reply came: links rest longer, in case there are more.
	 */
	public synchronized void unexpectedReply() {
		this.unexpectedReplies = Math.min((this.unexpectedReplies > 0 && isForgiven()) ? 1 : this.unexpectedReplies + 1,
				MAX_UNEXPECTED);
		this.unexpectedReplyAt = this.clock.getAsLong();
	}

	private boolean isForgiven() {
		return this.clock.getAsLong() - this.unexpectedReplyAt > FORGIVEN_AFTER;
	}

	/**
	 * How long a connection rests between exchanges.
	 * @param usual what is configured, 0 for no rest
	 * @return nanoseconds
	 */
	public long rest(long usual) {
		int known = this.unexpectedReplies;
		return (known == 0 || usual == 0 || isForgiven()) ? usual : Math.max(usual, LONGER_REST << (known - 1));
	}

	void addresses(List<InetSocketAddress> found) {
		this.addresses = found;
		this.lookedUp.complete(null);
	}

	/**
	 * Whether its name was resolved once, successfully or not.
	 */
	boolean isLookedUp() {
		return this.lookedUp.isDone();
	}

	/**
	 * Completed when its name was resolved for the first time.
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
	 * @return {@code false} if the target's name no longer has this address
	 */
	public boolean isAt(InetSocketAddress address) {
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
