package io.framegate.framing;

import java.util.Arrays;

import io.framegate.framing.FrameException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Cuts frames of one length. One thread at a time.
 */
final class FixedLengthCutter implements StreamedCutter {

	private static final byte[] NO_MORE = {};

	private final FixedLengthShape shape;

	private final int limit;

	private final PartialFrame partial = new PartialFrame();

	/** The frame whose bytes come now, if it is skipped. */
	private @Nullable OversizeFrame oversize;

	FixedLengthCutter(FixedLengthShape shape, int maxFrameSize) {
		this.shape = shape;
		this.limit = maxFrameSize;
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			if (this.shape.payloadLength() > this.limit && this.oversize == null) {
				this.oversize = beginOversize(bytes, at, to, sink);
			}
			int missing = this.shape.length() - partialBytes();
			int end = Math.min(to, at + missing);
			OversizeFrame skipped = this.oversize;
			if (skipped != null) {
				skipped.skip(bytes, at, end);
			}
			else if (missing > to - at) {
				this.partial.append(bytes, at, to, this.shape.length());
			}
			if (missing > to - at) {
				return to;
			}
			this.oversize = null;
			boolean more = (skipped != null) ? sink.oversize(skipped.start(), skipped.fault())
					: finish(bytes, at, end, sink);
			at = end;
			if (!more) {
				break;
			}
		}
		return at;
	}

	private OversizeFrame beginOversize(byte[] bytes, int at, int to, FrameSink sink) throws FrameException {
		String fault = "frame of %d bytes exceeds %d (%s)".formatted(this.shape.payloadLength(), this.limit,
				this.shape.name());
		int wanted = sink.wantedOfOversize();
		if (wanted == FrameSink.NONE) {
			throw new FrameException(Fault.TOO_LONG, fault, this.partial.first(bytes, at, to), (long) to - at);
		}
		return new OversizeFrame(Math.min(wanted, this.shape.payloadLength()), fault);
	}

	private boolean finish(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		byte[] trailer = this.shape.trailer();
		if (trailer.length == 0) {
			return sink.frame(this.partial.finish(bytes, from, to));
		}
		boolean isWhole = this.partial.length() == 0;
		byte[] frame = isWhole ? bytes : this.partial.finish(bytes, from, to);
		int begin = isWhole ? from : 0;
		int end = isWhole ? to : frame.length;
		int payloadEnd = end - trailer.length;
		if (!Arrays.equals(frame, payloadEnd, end, trailer, 0, trailer.length)) {
			throw new FrameException(Fault.BAD, "frame does not end with its trailer (%s)".formatted(this.shape.name()),
					Arrays.copyOfRange(frame, begin, Math.min(end, begin + FirstBytes.ENOUGH)), (long) end - begin);
		}
		if (begin == payloadEnd && this.shape.emptyFrames() != EmptyFrames.PASS) {
			return sink.empty(trailer.clone(), this.shape.emptyFrames() == EmptyFrames.ANSWER);
		}
		return sink.frame(Arrays.copyOfRange(frame, begin, payloadEnd));
	}

	@Override
	public int partialBytes() {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? skipped.length() : this.partial.length();
	}

	@Override
	public int heldBytes() {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? skipped.heldBytes() : this.partial.capacity();
	}

	@Override
	public byte[] first() {
		return this.partial.first(NO_MORE, 0, 0);
	}

	@Override
	public int wanted() {
		return this.shape.length() - this.partial.length();
	}

	@Override
	public byte[] partial() {
		return this.partial.copy();
	}

}
