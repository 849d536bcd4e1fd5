package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * A framing that its {@link Delimiters} describe completely.
 */
interface DelimitedFraming extends Framing {

	Delimiters delimiters();

	@Override
	default DelimitedCutter cutter(int maxFrameSize) {
		return new DelimitedCutter(delimiters(), maxFrameSize);
	}

	@Override
	default @Nullable String refusal(byte[] payload) {
		return delimiters().refusal(payload);
	}

	@Override
	default boolean carriesAllOf(Framing other) {
		return other.getClass() == getClass() && other instanceof DelimitedFraming delimited
				&& delimiters().equals(delimited.delimiters());
	}

	@Override
	default int overhead() {
		return (delimiters().hasStart() ? 1 : 0) + delimiters().endLength();
	}

	@Override
	default int prefix(byte[] payload, byte[] target, int offset) {
		return delimiters().writeStart(target, offset);
	}

	@Override
	default int suffix(byte[] payload, byte[] target, int offset) {
		return delimiters().writeEnd(target, offset);
	}

}
