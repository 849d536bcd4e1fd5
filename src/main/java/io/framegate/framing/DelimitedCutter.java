package io.framegate.framing;

import java.util.Arrays;

import io.framegate.framing.FrameException.Fault;
import org.jspecify.annotations.Nullable;

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

	/** The frame whose bytes come now, if it is skipped. */
	private @Nullable OversizeFrame oversize;

	DelimitedCutter(Delimiters delimiters, int maxFrameSize) {
		this.delimiters = delimiters;
		this.limit = Math.min(maxFrameSize, PartialFrame.MAX);
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			int begin = (this.begun) ? at : begin(bytes, at, to);
			OversizeFrame skipped = this.oversize;
			int end = (skipped == null) ? end(bytes, begin, to) : endOf(skipped, bytes, begin, to);
			if (end == NOT_FOUND && skipped == null && isTooLong(bytes, begin, to)) {
				skipped = beginOversize(sink, bytes, begin, to);
				end = endOf(skipped, bytes, begin, to);
			}
			if (end == NOT_FOUND) {
				keep(skipped, bytes, begin, to);
				return to;
			}
			this.begun = false;
			this.oversize = null;
			at = end + this.delimiters.endLength();
			if (!handOver(skipped, bytes, begin, end, sink)) {
				break;
			}
		}
		return at;
	}

	private boolean handOver(@Nullable OversizeFrame skipped, byte[] bytes, int from, int end, FrameSink sink) {
		if (skipped == null) {
			boolean isEmpty = this.partial.length() == from - end;
			byte[] payload = this.partial.finish(bytes, from, end);
			return (isEmpty && this.delimiters.emptyFrames() != EmptyFrames.PASS)
					? sink.empty(this.delimiters.emptyFrame(), this.delimiters.emptyFrames() == EmptyFrames.ANSWER)
					: sink.frame(payload);
		}
		skipped.skip(bytes, from, end);
		return sink.oversize(skipped.start(Math.max(0, from - end)), skipped.fault());
	}

	private int begin(byte[] bytes, int at, int to) throws FrameException {
		if (!this.delimiters.hasStart()) {
			return at;
		}
		if (bytes[at] != (byte) this.delimiters.start()) {
			byte[] first = this.partial.first(bytes, at, to);
			throw new FrameException(Fault.BAD,
					"expected %s (%s) to begin a frame, found %s (%s)".formatted(Octets.name(this.delimiters.start()),
							Octets.hex(this.delimiters.start()), Octets.hex(bytes[at]), this.delimiters.framing()),
					FirstBytes.resemblance(first, to - at), first);
		}
		return at + 1;
	}

	/**
	 * The index of the terminator; before the input if its first byte came with the input
	 * before.
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

	/** Whether the frame can no longer end within the limit. */
	private boolean isTooLong(byte[] bytes, int from, int to) {
		long length = (long) this.partial.length() + to - from;
		boolean endBegun = from < to && this.delimiters.hasSecond() && bytes[to - 1] == (byte) this.delimiters.end();
		return length > ((endBegun) ? this.limit + 1L : this.limit);
	}

	/**
	 * The frame is skipped: what was kept of it is its first bytes.
	 * @throws FrameException if it is a fault
	 */
	private OversizeFrame beginOversize(FrameSink sink, byte[] bytes, int from, int to) throws FrameException {
		int wanted = sink.wantedOfOversize();
		if (wanted == FrameSink.NONE) {
			throw tooLong(withStart(this.partial.first(bytes, from, to)), (long) this.partial.length() + to - from);
		}
		byte[] kept = this.partial.finish(bytes, from, from);
		OversizeFrame created = new OversizeFrame(wanted, fault());
		created.skip(kept, 0, kept.length);
		return created;
	}

	private FrameException tooLong(byte[] first, long length) {
		return new FrameException(Fault.TOO_LONG, fault(),
				FirstBytes.resemblance(first, (int) Math.min(Integer.MAX_VALUE, length)), first);
	}

	/** What was kept has no start byte. */
	private byte[] withStart(byte[] kept) {
		if (!this.delimiters.hasStart()) {
			return kept;
		}
		byte[] first = new byte[Math.min(FirstBytes.ENOUGH, kept.length + 1)];
		first[0] = (byte) this.delimiters.start();
		System.arraycopy(kept, 0, first, 1, first.length - 1);
		return first;
	}

	private String fault() {
		return "frame longer than %d bytes (%s)".formatted(this.limit, this.delimiters.framing());
	}

	private int endOf(OversizeFrame skipped, byte[] bytes, int from, int to) {
		if (from < to && this.delimiters.hasSecond() && skipped.endsWith((byte) this.delimiters.end())
				&& bytes[from] == (byte) this.delimiters.second()) {
			return from - 1;
		}
		int end = this.delimiters.indexOfEnd(bytes, from, to);
		return (end >= 0) ? end : NOT_FOUND;
	}

	private void keep(@Nullable OversizeFrame skipped, byte[] bytes, int from, int to) throws FrameException {
		this.begun = true;
		this.oversize = skipped;
		if (skipped == null) {
			this.partial.append(bytes, from, to, this.limit + this.delimiters.endLength() - 1);
			return;
		}
		skipped.skip(bytes, from, to);
		if (skipped.length() > OversizeFrame.longest(this.limit)) {
			byte[] start = skipped.start();
			throw tooLong(withStart(Arrays.copyOf(start, Math.min(start.length, FirstBytes.ENOUGH))), skipped.length());
		}
	}

	@Override
	public int partialBytes() {
		OversizeFrame skipped = this.oversize;
		int held = (skipped != null) ? skipped.length() : this.partial.length();
		return held + ((this.begun && this.delimiters.hasStart()) ? 1 : 0);
	}

	@Override
	public byte[] first() {
		return this.begun ? withStart(this.partial.first(NO_MORE, 0, 0)) : NO_MORE;
	}

	@Override
	public int heldBytes() {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? skipped.heldBytes() : this.partial.capacity();
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
