package io.framegate.framing;

import java.util.Arrays;

import io.framegate.framing.FrameException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Cuts frames that have a length field. A frame that has come whole is cut out of the
 * bytes at once; only what comes in pieces is looked at step by step, and only there is
 * said what is wrong. One thread at a time.
 */
final class LengthFieldCutter implements StreamedCutter {

	private static final int NOT_WHOLE = Integer.MIN_VALUE;

	private static final int UNKNOWN = -1;

	private static final byte[] NO_MORE = {};

	private final LengthFieldShape shape;

	private final int limit;

	private final FrameHead head;

	private final PartialFrame partial = new PartialFrame();

	/** The payload's length, once the head has come. */
	private int payloadLength = UNKNOWN;

	private int trailerBytes;

	/** The frame whose bytes come now, if it is skipped. */
	private @Nullable OversizeFrame oversize;

	LengthFieldCutter(LengthFieldShape shape, int maxFrameSize) {
		this.shape = shape;
		this.limit = Math.min(maxFrameSize, PartialFrame.MAX);
		this.head = new FrameHead(shape);
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			int next = (this.head.length() == 0) ? cutWhole(bytes, at, to, sink) : NOT_WHOLE;
			if (next == NOT_WHOLE) {
				next = cutPiece(bytes, at, to, sink);
			}
			if (next < 0) {
				return ~next;
			}
			at = next;
		}
		return at;
	}

	/**
	 * Cuts the next frame if nothing is unusual about it.
	 * @return the index after it, the complement of that if the sink asked to stop, or
	 * {@link #NOT_WHOLE}
	 */
	private int cutWhole(byte[] bytes, int at, int to, FrameSink sink) {
		LengthNumber number = this.shape.number();
		int field = this.shape.field(bytes, at, to);
		int fieldEnd = (field >= 0) ? number.end(bytes, field, to) : LengthNumber.NONE;
		if (fieldEnd < 0) {
			return NOT_WHOLE;
		}
		long value = number.read(bytes, field, fieldEnd);
		long behind = value + this.shape.adjustment();
		if (value < 0 || behind < 0 || behind > to - fieldEnd) {
			return NOT_WHOLE;
		}
		int end = fieldEnd + (int) behind;
		int begin = at + this.shape.stripped(fieldEnd - at);
		int payloadEnd = end - this.shape.trailer().length;
		int length = payloadEnd - begin;
		if (length > this.limit || payloadEnd < fieldEnd || length <= 0 && !isPassedEmpty(length)) {
			return NOT_WHOLE;
		}
		boolean headed = this.shape.header().isAt(bytes, at) || this.shape.misfit(bytes, at, at, to) < 0;
		if (!headed || !this.shape.endsAt(bytes, payloadEnd)) {
			return NOT_WHOLE;
		}
		return sink.frame(Arrays.copyOfRange(bytes, begin, payloadEnd)) ? end : ~end;
	}

	private boolean isPassedEmpty(int length) {
		return length == 0 && this.shape.emptyFrames() == EmptyFrames.PASS;
	}

	/**
	 * Takes bytes of one frame.
	 * @return the index after the last byte taken, its complement if the sink asked to
	 * stop
	 */
	private int cutPiece(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (this.payloadLength == UNKNOWN) {
			if (at == to) {
				return to;
			}
			String fault = this.head.add(bytes[at++]);
			if (fault != null) {
				throw fault(Fault.BAD, fault, bytes, at, to);
			}
			if (this.head.announces()) {
				announced(bytes, at, to, sink);
			}
			if (this.head.isComplete()) {
				this.payloadLength = (int) this.head.payloadLength();
				keep(this.head.bytes(), this.head.stripped(), this.head.length());
			}
		}
		int rest = this.payloadLength - held();
		if (to - at < rest) {
			keep(bytes, at, to);
			return to;
		}
		int payloadEnd = at + rest;
		int end = trailer(bytes, at, payloadEnd, to);
		if (this.trailerBytes < this.shape.trailer().length && !this.head.endsWithField()) {
			keep(bytes, at, payloadEnd);
			return to;
		}
		return handOver(bytes, at, payloadEnd, sink) ? end : ~end;
	}

	/**
	 * The length has come: whether such a frame is taken, or skipped.
	 */
	private void announced(byte[] bytes, int at, int to, FrameSink sink) throws FrameException {
		long length = this.head.payloadLength();
		if (length <= this.limit) {
			return;
		}
		String fault = "announced length %d exceeds %d".formatted(length, this.limit);
		int wanted = sink.wantedOfOversize();
		if (wanted == FrameSink.NONE || length > OversizeFrame.longest(this.limit)) {
			throw fault(Fault.TOO_LONG, fault, bytes, at, to);
		}
		this.oversize = new OversizeFrame((int) Math.min(wanted, length), named(fault));
	}

	/**
	 * Takes bytes of the trailer.
	 * @param at the index of the first byte not taken yet
	 * @param from the index of the first byte after the payload
	 * @return the index after the last byte taken
	 */
	private int trailer(byte[] bytes, int at, int from, int to) throws FrameException {
		byte[] trailer = this.shape.trailer();
		int missing = (this.head.endsWithField()) ? 0 : trailer.length - this.trailerBytes;
		int end = from + Math.min(missing, to - from);
		for (int i = from; i < end; i++) {
			byte expected = trailer[this.trailerBytes + i - from];
			if (bytes[i] != expected) {
				throw fault(Fault.BAD, "expected %s (%s) to end the frame, found %s".formatted(Octets.name(expected),
						Octets.hex(expected), Octets.hex(bytes[i])), bytes, at, to);
			}
		}
		this.trailerBytes += end - from;
		return end;
	}

	private void keep(byte[] bytes, int from, int to) {
		OversizeFrame skipped = this.oversize;
		if (skipped != null) {
			skipped.skip(bytes, from, to);
		}
		else if (from < to) {
			this.partial.append(bytes, from, to, this.payloadLength);
		}
	}

	private int held() {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? skipped.length() : this.partial.length();
	}

	private boolean handOver(byte[] bytes, int from, int to, FrameSink sink) {
		OversizeFrame skipped = this.oversize;
		boolean passes = this.payloadLength > 0 || this.shape.emptyFrames() == EmptyFrames.PASS;
		byte[] wire = (passes) ? NO_MORE : wire();
		byte[] payload = (skipped == null) ? this.partial.finish(bytes, from, to) : NO_MORE;
		this.head.clear();
		this.payloadLength = UNKNOWN;
		this.trailerBytes = 0;
		this.oversize = null;
		if (skipped != null) {
			skipped.skip(bytes, from, to);
			return sink.oversize(skipped.start(), skipped.fault());
		}
		return (passes) ? sink.frame(payload) : sink.empty(wire, this.shape.emptyFrames() == EmptyFrames.ANSWER);
	}

	/** The bytes of a frame without payload. */
	private byte[] wire() {
		byte[] wire = Arrays.copyOf(this.head.bytes(), this.head.length() + this.trailerBytes);
		System.arraycopy(this.shape.trailer(), 0, wire, this.head.length(), this.trailerBytes);
		return wire;
	}

	private String named(String fault) {
		return fault + " (" + this.shape.name() + ")";
	}

	private FrameException fault(Fault fault, String message, byte[] bytes, int at, int to) {
		int received = (int) Math.min(Integer.MAX_VALUE, (long) partialBytes() + to - at);
		// If the frame is as long as it says, only its size is wrong.
		int compared = (this.head.frameLength() == received) ? 0 : received;
		byte[] first = first(bytes, at, to);
		return new FrameException(fault, named(message), FirstBytes.resemblance(first, compared), first);
	}

	/**
	 * The first bytes of the frame as they came: the head, those kept, and more.
	 */
	private byte[] first(byte[] bytes, int at, int to) {
		byte[] payload = this.partial.first(bytes, at, to);
		int kept = Math.min(payload.length, (this.partial.length() > 0) ? this.head.kept() : 0);
		byte[] first = Arrays.copyOf(this.head.bytes(),
				Math.min(FirstBytes.ENOUGH, this.head.length() + payload.length - kept));
		if (first.length > this.head.length()) {
			System.arraycopy(payload, kept, first, this.head.length(), first.length - this.head.length());
		}
		return first;
	}

	@Override
	public byte[] first() {
		return first(NO_MORE, 0, 0);
	}

	@Override
	public int partialBytes() {
		int behindHead = (this.payloadLength == UNKNOWN) ? 0 : held() - this.head.kept();
		return (int) Math.min(Integer.MAX_VALUE, (long) this.head.length() + behindHead + this.trailerBytes);
	}

	@Override
	public int heldBytes() {
		OversizeFrame skipped = this.oversize;
		return this.head.heldBytes() + ((skipped != null) ? skipped.heldBytes() : this.partial.capacity());
	}

	@Override
	public int wanted() {
		if (this.payloadLength == UNKNOWN) {
			return this.head.wanted();
		}
		long rest = (long) this.payloadLength - held() + this.shape.trailer().length - this.trailerBytes;
		return (int) Math.min(Integer.MAX_VALUE, rest);
	}

	@Override
	public byte[] partial() {
		return this.partial.copy();
	}

}
