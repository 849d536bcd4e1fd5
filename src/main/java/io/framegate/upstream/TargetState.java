package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.route.Target;

/**
 * What is known of a target: its addresses, its connections, whether it is up. Any thread
 * may call.
 */
public final class TargetState {

	/** Whether a target is to be connected to. */
	public enum Status {

		/** It is. */
		UP,

		/** Left alone for a while, after connects failed. */
		EJECTED,

		/** Not before a health check finds it well. */
		DOWN

	}

	private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);

	private static final int MOST_DOUBLINGS = 6;

	private final Target target;

	private final int fall;

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger nextAddress = new AtomicInteger();

	private volatile List<InetSocketAddress> addresses = List.of();

	private volatile boolean down;

	private volatile boolean ejected;

	private volatile long ejectedUntil;

	private int failures;

	private int ejections;

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
		return (this.ejected && System.nanoTime() - this.ejectedUntil < 0) ? Status.EJECTED : Status.UP;
	}

	public boolean isUp() {
		return status() == Status.UP;
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

	synchronized void connected() {
		this.failures = 0;
		this.ejections = 0;
		this.ejected = false;
	}

	/**
	 * A connect failed. After as many in a row as a health check may, the target is left
	 * alone for a pause that doubles each time.
	 */
	synchronized void failed() {
		if (++this.failures >= this.fall) {
			long pause = Math.min(FIRST_PAUSE << Math.min(this.ejections, MOST_DOUBLINGS), LONGEST_PAUSE);
			long jitter = ThreadLocalRandom.current().nextLong(pause / 5);
			this.ejectedUntil = System.nanoTime() + pause - jitter;
			this.ejected = true;
			this.ejections++;
			// The first connect after the pause decides.
			this.failures = this.fall - 1;
		}
	}

	void down(boolean down) {
		this.down = down;
		if (!down) {
			connected();
		}
	}

	void addresses(List<InetSocketAddress> found) {
		this.addresses = found;
	}

	List<InetSocketAddress> addresses() {
		return this.addresses;
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
		List<InetSocketAddress> turned = new java.util.ArrayList<>(all.subList(first, all.size()));
		turned.addAll(all.subList(0, first));
		return turned;
	}

}
