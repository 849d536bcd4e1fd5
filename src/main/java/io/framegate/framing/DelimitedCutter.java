package io.framegate.framing;

import io.framegate.framing.FrameException.Fault;

/**
 * Cuts frames that end with a terminator of one or two bytes and may begin with a start
 * byte. No byte is looked at twice. One thread at a time.
 */
final class DelimitedCutter implements StreamedCutter {

	private static final int NOT_FOUND = Integer.MIN_VALUE;

	private static final byte[] NO_MORE = {};

	private final Delimiters delimiters;

	private final int limit;

	private final PartialFrame partial = new PartialFrame();

	private boolean begun;

	DelimitedCutter(Delimiters delimiters, int maxFrameSize) {
		this.delimiters = delimiters;
		this.limit = Math.min(maxFrameSize, PartialFrame.LONGEST);
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			int begin = (this.begun) ? at : begin(bytes, at, to);
			int end = end(bytes, begin, to);
			if (end == NOT_FOUND) {
				keep(bytes, begin, to);
				return to;
			}
			byte[] payload = this.partial.finish(bytes, begin, end);
			this.begun = false;
			at = end + this.delimiters.endLength();
			if (!sink.frame(payload)) {
				break;
			}
		}
		return at;
	}

	private int begin(byte[] bytes, int at, int to) throws FrameException {
		if (!this.delimiters.hasStart()) {
			return at;
		}
		if (bytes[at] != (byte) this.delimiters.start()) {
			throw new FrameException(Fault.BAD,
					"expected %s (%s) to begin a frame, found %s (%s)".formatted(Octets.name(this.delimiters.start()),
							Octets.hex(this.delimiters.start()), Octets.hex(bytes[at]), this.delimiters.framing()),
					FirstBytes.resemblance(this.partial.first(bytes, at, to), to - at));
		}
		return at + 1;
	}

	/**
	 * The index of the terminator: before the input where its first byte came with the
	 * one before.
	 */
	private int end(byte[] bytes, int from, int to) {
		if (from < to && mayEndNext(this.partial) && bytes[from] == (byte) this.delimiters.second()) {
			return from - 1;
		}
		long furthest = (long) from - this.partial.length() + this.limit + this.delimiters.endLength();
		int end = this.delimiters.indexOfEnd(bytes, from, (int) Math.min(to, furthest));
		return (end >= 0) ? end : NOT_FOUND;
	}

	private boolean mayEndNext(PartialFrame partial) {
		return this.delimiters.hasSecond() && partial.endsWith((byte) this.delimiters.end());
	}

	private void keep(byte[] bytes, int from, int to) throws FrameException {
		long length = (long) this.partial.length() + to - from;
		boolean endBegun = from < to && this.delimiters.hasSecond() && bytes[to - 1] == (byte) this.delimiters.end();
		if (length > ((endBegun) ? this.limit + 1L : this.limit)) {
			throw new FrameException(Fault.TOO_LONG,
					"frame longer than %d bytes (%s)".formatted(this.limit, this.delimiters.framing()), FirstBytes
						.resemblance(this.partial.first(bytes, from, to), (int) Math.min(Integer.MAX_VALUE, length)));
		}
		this.begun = true;
		this.partial.append(bytes, from, to, this.limit + this.delimiters.endLength() - 1);
	}

	@Override
	public int partialBytes() {
		return this.partial.length() + ((this.begun && this.delimiters.hasStart()) ? 1 : 0);
	}

	@Override
	public String resemblance() {
		return FirstBytes.resemblance(this.partial.first(NO_MORE, 0, 0), this.partial.length());
	}

	@Override
	public int wanted() {
		return 1;
	}

	@Override
	public byte[] partial() {
		return this.partial.copy();
	}

}
