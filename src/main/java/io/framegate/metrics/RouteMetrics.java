package io.framegate.metrics;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * One route's counts. Frames and bytes are those of the inbound side: {@code in} is what
 * clients sent, {@code out} what they received. Any thread may call; the counts of hot
 * paths are adders that the registry reads.
 */
public final class RouteMetrics implements AutoCloseable {

	private static final String ROUTE = "route";

	private static final String DIRECTION = "direction";

	/** The buckets of the exchange timer. */
	private static final Duration[] BUCKETS = { Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5),
			Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100),
			Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2),
			Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30) };

	private static final List<String> DISCARDS = List.of("late", "doubled", "unsolicited", "half", "unmatched",
			"too-long", "client-gone");

	private final MeterRegistry registry;

	private final String route;

	private final Set<Meter> metrics = new LinkedHashSet<>();

	/** Values of gauges that may be replaced, by name and tag. */
	private final Map<String, DoubleSupplier> shown = new ConcurrentHashMap<>();

	/** Counters whose kinds are not all known ahead, by name and kind. */
	private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();

	private final Set<String> targets = ConcurrentHashMap.newKeySet();

	private final LongAdder[][] ends = new LongAdder[Side.values().length][CloseReason.values().length];

	private final LongAdder framesIn = new LongAdder();

	private final LongAdder framesOut = new LongAdder();

	private final LongAdder bytesIn = new LongAdder();

	private final LongAdder bytesOut = new LongAdder();

	private final LongAdder undelivered = new LongAdder();

	private final LongAdder[] opened = { new LongAdder(), new LongAdder() };

	private final LongAdder[] closed = { new LongAdder(), new LongAdder() };

	private final LongAdder[] polls = { new LongAdder(), new LongAdder() };

	private final LongAdder[] retransmits = { new LongAdder(), new LongAdder() };

	private final io.micrometer.core.instrument.Timer connect;

	private volatile io.micrometer.core.instrument.@Nullable Timer exchange;

	public RouteMetrics(String route, Timeouts timeouts, MeterRegistry registry) {
		this.route = route;
		this.registry = registry;
		for (Side side : Side.values()) {
			this.metrics.add(Gauge.builder("framegate.connections.active", () -> active(side))
				.tags(ROUTE, route, "side", side.label())
				.description("Connections that are there now")
				.register(registry));
			count("framegate.connections.opened", "Connections accepted, or begun upstream",
					this.opened[side.ordinal()], "side", side.label());
			for (CloseReason reason : CloseReason.values()) {
				LongAdder ended = new LongAdder();
				this.ends[side.ordinal()][reason.ordinal()] = ended;
				count("framegate.connections.closed", "Connections that ended", ended, "side", side.label(), "reason",
						reason.label());
			}
			count("framegate.polls", "Empty frames that were answered or ignored", this.polls[side.ordinal()], "side",
					side.label());
			count("framegate.tcp.retransmits", "Segments that the kernel has sent again",
					this.retransmits[side.ordinal()], "side", side.label());
		}
		count("framegate.frames", "Frames from (in) and to (out) inbound peers", this.framesIn, DIRECTION, "in");
		count("framegate.frames", "Frames from (in) and to (out) inbound peers", this.framesOut, DIRECTION, "out");
		count("framegate.bytes", "Bytes from (in) and to (out) inbound peers", this.bytesIn, DIRECTION, "in");
		count("framegate.bytes", "Bytes from (in) and to (out) inbound peers", this.bytesOut, DIRECTION, "out");
		this.metrics.add(FunctionCounter.builder("framegate.frames.undelivered", this.undelivered, LongAdder::sum)
			.tags(ROUTE, route)
			.description("Frames read that reached nobody")
			.register(registry));
		for (Timeout timer : Timeout.values()) {
			this.metrics.add(FunctionCounter.builder("framegate.timeouts.fired", timeouts, (all) -> all.fired(timer))
				.tags(ROUTE, route, "timer", timer.label())
				.description("Timers that ran out")
				.register(registry));
		}
		this.connect = io.micrometer.core.instrument.Timer.builder("framegate.connect")
			.tags(ROUTE, route)
			.description("From the start of a connect to its establishment")
			.serviceLevelObjectives(BUCKETS)
			.register(registry);
		this.metrics.add(this.connect);
		Stream.of(CloseReason.values()).filter(CloseReason::isRefusal).forEach(this::refused);
	}

	private void count(String name, String description, LongAdder adder, String... tags) {
		keep(FunctionCounter.builder(name, adder, LongAdder::sum)
			.tags(ROUTE, this.route)
			.tags(tags)
			.description(description)
			.register(this.registry));
	}

	private LongAdder kind(String name, String description, String tag, String kind) {
		return this.kinds.computeIfAbsent(name + " " + kind, (key) -> {
			LongAdder adder = new LongAdder();
			count(name, description, adder, tag, kind);
			return adder;
		});
	}

	/**
	 * Shows a value, replacing an earlier one.
	 * @param name the gauge's name
	 * @param description what it is
	 * @param value asked at each scrape
	 * @param tags names and values in turn, besides the route
	 */
	public void show(String name, String description, DoubleSupplier value, String... tags) {
		String key = name + String.join(" ", tags);
		if (this.shown.put(key, value) == null) {
			keep(Gauge.builder(name, () -> shown(key))
				.tags(ROUTE, this.route)
				.tags(tags)
				.description(description)
				.register(this.registry));
		}
	}

	private double shown(String key) {
		DoubleSupplier value = this.shown.get(key);
		return (value != null) ? value.getAsDouble() : Double.NaN;
	}

	/**
	 * Counts what a peer sent. Only clients are counted.
	 * @param side the peer's side
	 * @param frames frames more than before
	 * @param bytes bytes more than before
	 */
	public void countIn(Side side, long frames, long bytes) {
		if (side == Side.INBOUND) {
			this.framesIn.add(frames);
			this.bytesIn.add(bytes);
		}
	}

	/**
	 * Counts what a peer's kernel has taken. Only clients are counted.
	 * @param side the peer's side
	 * @param frames frames more than before
	 * @param bytes bytes more than before
	 */
	public void countOut(Side side, long frames, long bytes) {
		if (side == Side.INBOUND) {
			this.framesOut.add(frames);
			this.bytesOut.add(bytes);
		}
	}

	public void countOpened(Side side) {
		this.opened[side.ordinal()].increment();
	}

	public void countClosed(Side side, CloseReason reason) {
		this.closed[side.ordinal()].increment();
		this.ends[side.ordinal()][reason.ordinal()].increment();
	}

	/**
	 * Counts an empty frame that nobody gets.
	 * @param side the side of the peer that sent it
	 */
	public void countPoll(Side side) {
		this.polls[side.ordinal()].increment();
	}

	public void countRetransmits(Side side, long segments) {
		this.retransmits[side.ordinal()].add(segments);
	}

	/**
	 * Counts a client that was not served.
	 * @param reason why not
	 */
	public void countRefused(CloseReason reason) {
		refused(reason).increment();
	}

	private LongAdder refused(CloseReason reason) {
		return kind("framegate.accepts.refused", "Clients that were not served", "reason", reason.label());
	}

	/**
	 * Counts frames that reach nobody.
	 * @param frames how many
	 */
	public void countUndelivered(long frames) {
		this.undelivered.add(frames);
	}

	/**
	 * Counts a discarded reply.
	 * @param cause why: {@code late}, {@code doubled}, {@code unsolicited}, {@code half},
	 * {@code unmatched} or {@code client-gone}
	 */
	public void countDiscarded(String cause) {
		discarded(cause).increment();
	}

	private LongAdder discarded(String cause) {
		return kind("framegate.replies.discarded", "Replies dropped because no request waits for them", "cause", cause);
	}

	/**
	 * Records an exchange.
	 * @param nanos from the request's arrival to its reply's
	 */
	public void recordExchange(long nanos) {
		io.micrometer.core.instrument.Timer timer = this.exchange;
		if (timer != null) {
			timer.record(nanos, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * The route has exchanges: their timer and the discarded replies are shown.
	 */
	public void timeExchanges() {
		this.exchange = keep(io.micrometer.core.instrument.Timer.builder("framegate.exchange")
			.tags(ROUTE, this.route)
			.description("From a request's arrival to its reply's")
			.serviceLevelObjectives(BUCKETS)
			.register(this.registry));
		DISCARDS.forEach(this::discarded);
	}

	/**
	 * Shows whether a target is up, replacing an earlier value.
	 * @param target the target
	 * @param up asked at each scrape: 1, 0, or not a number if nobody knows
	 */
	public void watchTarget(String target, DoubleSupplier up) {
		this.targets.add(target);
		show("framegate.upstream.up", "Whether a target is up", up, "target", target);
	}

	/**
	 * No longer shows a target.
	 * @param target the target
	 */
	public void forgetTarget(String target) {
		this.targets.remove(target);
		this.shown.keySet().removeIf((key) -> key.endsWith("target " + target));
		synchronized (this.metrics) {
			this.metrics.removeIf((meter) -> {
				boolean itsOwn = target.equals(meter.getId().getTag("target"));
				if (itsOwn) {
					this.registry.remove(meter);
				}
				return itsOwn;
			});
		}
	}

	/**
	 * No longer shows targets other than these.
	 * @param there the current targets
	 */
	public void forgetTargetsBut(Collection<String> there) {
		List.copyOf(this.targets).stream().filter((target) -> !there.contains(target)).forEach(this::forgetTarget);
	}

	public void recordConnect(long nanos) {
		this.connect.record(Duration.ofNanos(nanos));
	}

	public long framesIn() {
		return this.framesIn.sum();
	}

	public long framesOut() {
		return this.framesOut.sum();
	}

	public long bytesIn() {
		return this.bytesIn.sum();
	}

	public long bytesOut() {
		return this.bytesOut.sum();
	}

	public long polls(Side side) {
		return this.polls[side.ordinal()].sum();
	}

	public long undelivered() {
		return this.undelivered.sum();
	}

	public long opened(Side side) {
		return this.opened[side.ordinal()].sum();
	}

	public long closed(Side side) {
		return this.closed[side.ordinal()].sum();
	}

	public long active(Side side) {
		return opened(side) - closed(side);
	}

	private <T extends Meter> T keep(T meter) {
		synchronized (this.metrics) {
			this.metrics.add(meter);
		}
		return meter;
	}

	/**
	 * Removes the route's meters from the registry.
	 */
	@Override
	public void close() {
		synchronized (this.metrics) {
			this.metrics.forEach(this.registry::remove);
			this.metrics.clear();
		}
	}

}
