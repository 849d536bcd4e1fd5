package io.framegate.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.framegate.connection.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loops;
import io.framegate.route.Correlation;
import io.framegate.route.Heartbeat;
import io.framegate.route.Mode;
import io.framegate.route.Pool;
import io.framegate.route.Route;
import io.framegate.route.Sharing;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The upstream connections that a route's clients share, spread over the event loops.
 * Exclusive links are opened as exchanges need them; the others are permanent. Any thread
 * may call.
 */
public final class Links {

	private static final int EXCLUSIVE = 16;

	private final Route route;

	private final Connector connector;

	private final @Nullable Correlator correlator;

	private final GeneratedKeys generatedKeys;

	private final UnsolicitedFrames unsolicited;

	private final int searchedBytes;

	private final List<Shard> shards = new ArrayList<>();

	/**
	 * No link is open yet.
	 * @param route the route
	 * @param connector opens the connections
	 * @param loops where they live
	 * @param unsolicited takes what servers send of their own accord
	 */
	public Links(Route route, Connector connector, Loops loops, UnsolicitedFrames unsolicited) {
		this.route = route;
		this.connector = connector;
		this.unsolicited = unsolicited;
		Correlation correlation = route.upstream().correlation();
		this.correlator = (correlation != null) ? new Correlator(correlation) : null;
		this.searchedBytes = (this.correlator != null) ? this.correlator.searchedBytes(connector.terms().maxFrameSize())
				: 0;
		Timeouts timeouts = connector.terms().timeouts();
		this.generatedKeys = new GeneratedKeys((correlation != null) ? correlation.keyRange() : null,
				() -> timeouts.nanos(Timer.REPLY));
		int loopCount = loops.all().size();
		int most = Objects.requireNonNullElse(pool().maxConnections(), isPermanent() ? loopCount : EXCLUSIVE);
		int count = Math.min(loopCount, most);
		for (int i = 0; i < count; i++) {
			this.shards.add(new Shard(this, loops.all().get(i), most / count + ((i < most % count) ? 1 : 0)));
		}
		connector.whenTargetIsBack(
				(target) -> this.shards.forEach((shard) -> shard.loop().execute(() -> shard.cameBack(target))));
	}

	public void start() {
		this.shards.forEach((shard) -> shard.loop().execute(shard::start));
	}

	/**
	 * Ends every link once its exchanges are done, within the drain timer.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	public void stop(Cause cause, long since) {
		this.shards.forEach((shard) -> shard.loop().execute(() -> shard.stop(cause, since)));
	}

	/**
	 * How many exchanges wait for a link, about now.
	 * @return a number of exchanges
	 */
	public int waiting() {
		return this.shards.stream().mapToInt(Shard::waiting).sum();
	}

	/**
	 * Why a request cannot be an exchange.
	 * @param exchange the exchange
	 * @return the reason, or {@code null}
	 */
	public @Nullable String refusal(Exchange exchange) {
		if (!checksKeys() || isOneWay()) {
			return null;
		}
		Correlator keys = Objects.requireNonNull(this.correlator);
		CorrelationKey key = keys.inRequest(exchange.request());
		if (key == null || (keys.rewrites() && key.part().isEmpty())) {
			return "no correlation key in the request";
		}
		if (keys.rewrites() && !this.generatedKeys.fits(key.part().length(), keys.isOfDigits(key))) {
			return "the request's correlation key is too short for correlation.key-range";
		}
		exchange.key(key);
		return null;
	}

	/**
	 * Has an exchange carried. Its origin's loop calls.
	 * @param exchange the exchange
	 */
	public void submit(Exchange exchange) {
		Shard shard = this.shards.get(exchange.origin().loop().index() % this.shards.size());
		// Clients keep to their shard where links are permanent, for their order's sake.
		if (!isPermanent() && !shard.hasRoom()) {
			for (Shard other : this.shards) {
				if (other.hasRoom()) {
					shard = other;
					break;
				}
			}
		}
		if (shard.loop().inLoop()) {
			shard.submit(exchange);
		}
		else {
			Shard taker = shard;
			taker.loop().later(() -> taker.submit(exchange));
		}
	}

	/**
	 * Has a crowded shard give an exchange to one that has room.
	 * @param idle the one that has room
	 */
	void shareWork(Shard idle) {
		for (Shard other : this.shards) {
			if (other != idle && other.isCrowded()) {
				other.loop().later(() -> other.giveOne(idle));
			}
		}
	}

	Link newLink(Shard shard) {
		if (isOneWay()) {
			return new OneWayLink(shard);
		}
		return switch (this.route.upstream().sharing()) {
			case EXCLUSIVE -> new ExclusiveLink(shard, this.correlator);
			case ORDERED -> new OrderedLink(shard, this.correlator);
			case CORRELATED -> new CorrelatedLink(shard, Objects.requireNonNull(this.correlator), this.generatedKeys);
		};
	}

	boolean isOneWay() {
		return this.route.mode() == Mode.ONE_WAY;
	}

	boolean checksKeys() {
		return this.correlator != null && this.correlator.hasKey();
	}

	/**
	 * How many of a frame's first bytes say whose reply it is.
	 * @return a number of bytes
	 */
	int searchedBytes() {
		return this.searchedBytes;
	}

	/**
	 * Takes a frame that a server has sent of its own accord.
	 * @param from its connection
	 * @param frame the frame
	 */
	void unsolicited(FrameConnection from, byte[] frame) {
		this.unsolicited.take(from, frame);
	}

	boolean isOrdered() {
		return !isOneWay() && this.route.upstream().sharing() == Sharing.ORDERED;
	}

	boolean isPermanent() {
		return isOneWay() || this.route.upstream().sharing() != Sharing.EXCLUSIVE;
	}

	/**
	 * How long an exclusive link rests between exchanges, and one that matches by order
	 * before its first, in nanoseconds: a reply too many that comes meanwhile is found.
	 */
	long rest() {
		return pool().rest().toNanos();
	}

	Pool pool() {
		return this.route.upstream().pool();
	}

	Heartbeat heartbeat() {
		return this.route.upstream().heartbeat();
	}

	Connector connector() {
		return this.connector;
	}

}
