package io.framegate.mask;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What is hidden in the frames of a route. Any thread may call; it takes a few
 * milliseconds at most.
 */
public final class Masks {

	/** The most bytes of a frame that are shown. */
	public static final int MAX_SHOWN = 8 * 1024;

	/** So many more are looked at, because something may end there that is hidden. */
	private static final int MORE = 1024;

	static final int MAX_LOOKED_AT = MAX_SHOWN + MORE;

	/** Expressions may take so long for one frame. */
	private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

	private final List<Expression> expressions;

	private final List<FrameFormat> formats;

	private final LongSupplier clock;

	/**
	 * The masks of a route.
	 * @param masks all masks
	 * @param route the route's name
	 * @param clock gives {@link System#nanoTime()} stamps
	 */
	Masks(List<Mask> masks, String route, LongSupplier clock) {
		this.clock = clock;
		List<Mask> own = masks.stream().filter((mask) -> mask.isFor(route)).toList();
		this.expressions = own.stream()
			.map(Mask::expression)
			.filter(Objects::nonNull)
			.map((expression) -> new Expression(expression, clock))
			.toList();
		this.formats = own.stream().flatMap(Masks::formats).toList();
	}

	private static Stream<FrameFormat> formats(Mask mask) {
		if (!mask.iso8583().isEmpty()) {
			return Stream.of(new Iso8583Elements(mask.iso8583(), mask.iso8583Header()));
		}
		if (!mask.hl7().isEmpty()) {
			return Stream.of(new Hl7Fields(mask.hl7()));
		}
		return mask.fix().isEmpty() ? Stream.empty() : Stream.of(new FixTags(mask.fix()));
	}

	/**
	 * The first bytes of a frame without what must not be seen. If the frame has none of
	 * the formats whose fields are hidden, or expressions take too long, all is hidden.
	 * @param frame the frame
	 * @param size how many bytes, at most {@link #MAX_SHOWN}
	 * @param stream whether it is a piece of a stream, so that what is hidden may begin
	 * before it and end after it
	 * @return a copy
	 */
	public Masked apply(byte[] frame, int size, boolean stream) {
		int shown = Math.min(frame.length, size);
		int looked = Math.min(frame.length, shown + MORE);
		Hidden hidden = new Hidden(looked);
		if (!isRead(frame, hidden) || !areSearched(frame, looked, hidden)) {
			hidden.hide(0, looked);
		}
		new CardNumbers(frame, looked, stream, stream || looked < frame.length, hidden).hide();
		byte[] bytes = hidden.apply(frame, shown);
		return new Masked(bytes, hidden.isAny());
	}

	private boolean isRead(byte[] frame, Hidden hidden) {
		boolean read = this.formats.isEmpty();
		for (FrameFormat format : this.formats) {
			read |= format.hide(frame, hidden);
		}
		return read;
	}

	private boolean areSearched(byte[] frame, int length, Hidden hidden) {
		if (this.expressions.isEmpty()) {
			return true;
		}
		long deadline = this.clock.getAsLong() + MAX_NANOS;
		for (Expression expression : this.expressions) {
			if (!expression.hide(frame, length, deadline, hidden)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The first bytes of a frame.
	 *
	 * @param bytes the bytes, those hidden replaced by asterisks
	 * @param any whether any of them was hidden
	 */
	public record Masked(byte[] bytes, boolean any) {

	}

}
