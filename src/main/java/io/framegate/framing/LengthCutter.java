package io.framegate.framing;

import io.framegate.framing.FrameException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Cuts frames that follow their length. One thread at a time.
 */
final class LengthCutter implements StreamedCutter {

	private static final int UNKNOWN = -1;

	private static final byte[] NO_MORE = {};

	private final LengthHeader format;

	private final int limit;

	private final PartialFrame partial = new PartialFrame();

	private int header;

	private int headerBytes;

	private int payloadLength = UNKNOWN;

	/** The frame whose bytes come now, if it is skipped. */
	private @Nullable OversizeFrame oversize;

	LengthCutter(LengthHeader format, int maxFrameSize) {
		this.format = format;
		this.limit = Math.min(maxFrameSize, Math.min(format.longestPayload(), PartialFrame.MAX));
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			while (this.payloadLength == UNKNOWN) {
				if (at == to) {
					return to;
				}
				headerByte(bytes, at++, to, sink);
			}
			OversizeFrame skipped = this.oversize;
			int missing = this.payloadLength - ((skipped != null) ? skipped.length() : this.partial.length());
			if (missing > to - at) {
				keep(skipped, bytes, at, to);
				return to;
			}
			int begin = at;
			at += missing;
			this.header = 0;
			this.headerBytes = 0;
			this.payloadLength = UNKNOWN;
			this.oversize = null;
			if (!handOver(skipped, bytes, begin, at, sink)) {
				break;
			}
		}
		return at;
	}

	private void keep(@Nullable OversizeFrame skipped, byte[] bytes, int from, int to) {
		if (skipped != null) {
			skipped.skip(bytes, from, to);
		}
		else {
			this.partial.append(bytes, from, to, this.payloadLength);
		}
	}

	private boolean handOver(@Nullable OversizeFrame skipped, byte[] bytes, int from, int to, FrameSink sink) {
		if (skipped == null) {
			return sink.frame(this.partial.finish(bytes, from, to));
		}
		skipped.skip(bytes, from, to);
		return sink.oversize(skipped.start(), skipped.fault());
	}

	private void headerByte(byte[] bytes, int at, int to, FrameSink sink) throws FrameException {
		this.header = this.header << Byte.SIZE | bytes[at] & 0xFF;
		if (++this.headerBytes == this.format.size()) {
			this.payloadLength = checked(this.header, bytes, at + 1, to, sink);
		}
	}

	private int checked(int announced, byte[] bytes, int at, int to, FrameSink sink) throws FrameException {
		if (announced < 0) {
			throw fault(Fault.BAD, "announced length %d is negative".formatted(announced), bytes, at, to);
		}
		int length = announced - this.format.counted();
		if (length < 0) {
			throw fault(Fault.BAD, "announced length %d is less than its own header of %d bytes".formatted(announced,
					this.format.size()), bytes, at, to);
		}
		if (length > this.limit) {
			String fault = "announced length %d exceeds %d".formatted(length, this.limit);
			int wanted = sink.wantedOfOversize();
			if (wanted == FrameSink.NONE || length > OversizeFrame.longest(this.limit)) {
				throw fault(Fault.TOO_LONG, fault, bytes, at, to);
			}
			this.oversize = new OversizeFrame(Math.min(wanted, length), fault + " (" + this.format.name() + ")");
		}
		return length;
	}

	private FrameException fault(Fault fault, String message, byte[] bytes, int at, int to) {
		boolean complete = to - at == this.header - this.format.counted();
		// If the frame is as long as it says, only its size is wrong.
		byte[] first = first(bytes, at, to);
		String resemblance = FirstBytes.resemblance(first, complete ? 0 : this.headerBytes + to - at);
		return new FrameException(fault, message + " (" + this.format.name() + ")", resemblance, first);
	}

	/**
	 * The first bytes of the frame as they came: the header's, those kept, and more.
	 */
	private byte[] first(byte[] bytes, int at, int to) {
		byte[] payload = this.partial.first(bytes, at, to);
		byte[] first = new byte[Math.min(FirstBytes.ENOUGH, this.headerBytes + payload.length)];
		for (int i = 0; i < this.headerBytes; i++) {
			first[i] = (byte) (this.header >>> (Byte.SIZE * (this.headerBytes - 1 - i)));
		}
		System.arraycopy(payload, 0, first, this.headerBytes, first.length - this.headerBytes);
		return first;
	}

	@Override
	public byte[] first() {
		return first(NO_MORE, 0, 0);
	}

	@Override
	public int partialBytes() {
		OversizeFrame skipped = this.oversize;
		return this.headerBytes + ((skipped != null) ? skipped.length() : this.partial.length());
	}

	@Override
	public int heldBytes() {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? skipped.heldBytes() : this.partial.capacity();
	}

	@Override
	public int wanted() {
		return (this.payloadLength == UNKNOWN) ? this.format.size() - this.headerBytes
				: this.payloadLength - this.partial.length();
	}

	@Override
	public byte[] partial() {
		return this.partial.copy();
	}

}
