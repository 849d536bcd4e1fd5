package io.framegate.timeout;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * One route's current limits. Event loops look at all connections when limits have
 * changed, so a change reaches open connections at once. Any thread may call.
 */
public final class Timeouts {

	/** The longest limit: a year. */
	public static final Duration MAX = Duration.ofDays(366);

	/** Where a limit came from. */
	public enum Source {

		/** Framegate's own default. */
		DEFAULT,

		/** The configuration. */
		CONFIG,

		/** An operator, at run time. */
		RUNTIME;

		public String label() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * A limit.
	 *
	 * @param value the bound, zero for none
	 * @param source where it came from
	 */
	public record Limit(Duration value, Source source) {

		/**
		 * The bound as people write it.
		 * @return a whole number and its largest unit that fits, as in {@code 90s}
		 */
		public String text() {
			return Timeouts.text(this.value);
		}

	}

	private static final List<ChronoUnit> UNITS = List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES,
			ChronoUnit.SECONDS, ChronoUnit.MILLIS);

	/** How often limits have changed, of any route. */
	private static final AtomicInteger CHANGES = new AtomicInteger();

	private static final int COUNT = Timeout.values().length;

	/** Defaults that the route's mode sets. */
	private volatile Map<Timeout, Duration> defaults;

	private final AtomicReferenceArray<Limit> configured = new AtomicReferenceArray<>(COUNT);

	private final AtomicReferenceArray<@Nullable Limit> runtime = new AtomicReferenceArray<>(COUNT);

	private final AtomicLongArray nanos = new AtomicLongArray(COUNT);

	private final AtomicLongArray fired = new AtomicLongArray(COUNT);

	public Timeouts(Map<Timeout, Duration> configured) {
		this(configured, Map.of());
	}

	/**
	 * Takes limits.
	 * @param configured the configured limits
	 * @param defaults limits of timers that are not configured, if they differ from the
	 * usual defaults
	 */
	public Timeouts(Map<Timeout, Duration> configured, Map<Timeout, Duration> defaults) {
		this.defaults = Map.copyOf(defaults);
		configure(configured);
	}

	/**
	 * Takes a new configuration, possibly of another kind of route. Limits set at run
	 * time stay.
	 * @param values the configured limits
	 * @param itsDefaults limits of timers that are not configured, if they differ from
	 * the usual defaults
	 */
	public void configure(Map<Timeout, Duration> values, Map<Timeout, Duration> itsDefaults) {
		this.defaults = Map.copyOf(itsDefaults);
		configure(values);
	}

	/**
	 * Takes a new configuration. Limits set at run time stay.
	 * @param values the configured limits; a timer that is not named has its default
	 */
	public void configure(Map<Timeout, Duration> values) {
		for (Timeout timer : Timeout.values()) {
			Duration value = values.get(timer);
			this.configured.set(timer.ordinal(), (value != null) ? new Limit(value, Source.CONFIG)
					: new Limit(this.defaults.getOrDefault(timer, timer.byDefault()), Source.DEFAULT));
			refresh(timer);
		}
	}

	/**
	 * Sets a limit for open and later connections.
	 * @param timer the timer
	 * @param value the limit, zero for none
	 * @throws IllegalArgumentException for a negative limit or one over {@link #MAX}
	 */
	public void set(Timeout timer, Duration value) {
		if (value.isNegative() || value.compareTo(MAX) > 0) {
			throw new IllegalArgumentException(
					"Invalid timeout '%s': %s must be from 0 (off) to 366d".formatted(timer.label(), value));
		}
		this.runtime.set(timer.ordinal(), new Limit(value, Source.RUNTIME));
		refresh(timer);
	}

	/**
	 * Restores the configured limit.
	 * @param timer the timer
	 */
	public void reset(Timeout timer) {
		this.runtime.set(timer.ordinal(), null);
		refresh(timer);
	}

	public Limit limit(Timeout timer) {
		Limit limit = this.runtime.get(timer.ordinal());
		return (limit != null) ? limit : this.configured.get(timer.ordinal());
	}

	/**
	 * The limit as sweeps need it.
	 * @param timer the timer
	 * @return nanoseconds, 0 for none
	 */
	public long nanos(Timeout timer) {
		return this.nanos.getAcquire(timer.ordinal());
	}

	/**
	 * How often limits have changed, of any route.
	 * @return a number that rises with each change, as far as an int goes
	 */
	public static int changes() {
		return CHANGES.get();
	}

	public void countFired(Timeout timer) {
		this.fired.incrementAndGet(timer.ordinal());
	}

	public long fired(Timeout timer) {
		return this.fired.get(timer.ordinal());
	}

	/**
	 * A duration as people write it.
	 * @param value a duration of whole milliseconds
	 * @return a whole number and its largest unit that fits, as in {@code 90s}
	 */
	public static String text(Duration value) {
		if (value.isZero()) {
			return "0s";
		}
		for (ChronoUnit unit : UNITS) {
			if (value.toMillis() % unit.getDuration().toMillis() == 0) {
				return DurationStyle.SIMPLE.print(value, unit);
			}
		}
		return DurationStyle.SIMPLE.print(value, ChronoUnit.MILLIS);
	}

	/**
	 * Reads a limit. A number without a unit would be milliseconds to Spring and seconds
	 * to most people: only 0 goes without.
	 * @param text as people write it: {@code 500ms}, {@code 30s}, {@code PT1M}, {@code 0}
	 * @return the limit, 0 (off) or whole milliseconds up to {@link #MAX}; empty if the
	 * text is anything else
	 */
	public static Optional<Duration> parse(String text) {
		String value = text.strip();
		if (value.matches("0+")) {
			return Optional.of(Duration.ZERO);
		}
		if (value.matches("[+-]?[0-9]*")) {
			return Optional.empty();
		}
		try {
			Duration limit = DurationStyle.detectAndParse(value);
			boolean allowed = !limit.isNegative() && limit.compareTo(MAX) <= 0
					&& limit.equals(Duration.ofMillis(limit.toMillis()));
			return allowed ? Optional.of(limit) : Optional.empty();
		}
		catch (IllegalArgumentException | ArithmeticException | DateTimeException ex) {
			return Optional.empty();
		}
	}

	private void refresh(Timeout timer) {
		this.nanos.setRelease(timer.ordinal(), limit(timer).value().toNanos());
		CHANGES.incrementAndGet();
	}

}
