package io.framegate.framing;

import io.framegate.framing.FrameException.Fault;

/**
 * Cuts frames that follow their length. One thread at a time.
 */
final class LengthCutter implements StreamedCutter {

	private static final int UNKNOWN = -1;

	private final LengthFraming framing;

	private final int limit;

	private final PartialFrame partial = new PartialFrame();

	private int header;

	private int headerBytes;

	private int payloadLength = UNKNOWN;

	LengthCutter(LengthFraming framing, int maxFrameSize) {
		this.framing = framing;
		this.limit = Math.min(maxFrameSize, Math.min(framing.longestPayload(), PartialFrame.LONGEST));
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			while (this.payloadLength == UNKNOWN) {
				if (at == to) {
					return to;
				}
				headerByte(bytes[at++]);
			}
			int missing = this.payloadLength - this.partial.length();
			if (missing > to - at) {
				this.partial.append(bytes, at, to, this.payloadLength);
				return to;
			}
			byte[] payload = this.partial.finish(bytes, at, at + missing);
			at += missing;
			this.header = 0;
			this.headerBytes = 0;
			this.payloadLength = UNKNOWN;
			if (!sink.frame(payload)) {
				break;
			}
		}
		return at;
	}

	private void headerByte(byte octet) throws FrameException {
		this.header = this.header << Byte.SIZE | octet & 0xFF;
		if (++this.headerBytes == this.framing.headerSize()) {
			this.payloadLength = checked(this.header);
		}
	}

	private int checked(int announced) throws FrameException {
		if (announced < 0) {
			throw new FrameException(Fault.BAD,
					"announced length %d is negative (%s)".formatted(announced, this.framing.name()));
		}
		int length = announced - this.framing.countedHeader();
		if (length < 0) {
			throw new FrameException(Fault.BAD, "announced length %d is less than its own header of %d bytes (%s)"
				.formatted(announced, this.framing.headerSize(), this.framing.name()));
		}
		if (length > this.limit) {
			throw new FrameException(Fault.TOO_LONG,
					"announced length %d exceeds %d (%s)".formatted(length, this.limit, this.framing.name()));
		}
		return length;
	}

	@Override
	public int partialBytes() {
		return this.headerBytes + this.partial.length();
	}

	@Override
	public int wanted() {
		return (this.payloadLength == UNKNOWN) ? this.framing.headerSize() - this.headerBytes
				: this.payloadLength - this.partial.length();
	}

	@Override
	public byte[] partial() {
		return this.partial.copy();
	}

}
