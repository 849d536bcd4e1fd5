package io.framegate.framing;

import java.util.Arrays;

import io.framegate.framing.FrameException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Cuts frames that end with one of several delimiters, may begin with another, and may
 * have escapes, which are decoded as they arrive. No byte is looked at twice. One thread
 * at a time.
 */
final class DelimiterCutter implements StreamedCutter {

	private static final int NOT_FOUND = -1;

	private static final byte[] NO_MORE = {};

	private final DelimiterShape shape;

	private final int limit;

	/** The most bytes that are kept. */
	private final int mostEver;

	private final PartialFrame partial = new PartialFrame();

	/** How many bytes of the start delimiter have come, if that is not complete. */
	private int startMatched;

	/** Whether the start delimiter, if there is one, is complete. */
	private boolean begun;

	/** What has begun of a delimiter. */
	private int state;

	/** The last byte was an escape. */
	private boolean escaping;

	/** How many bytes of the incomplete frame have come in all. */
	private long received;

	/** How many escapes the bytes have that were searched last. */
	private int escapes;

	/** The frame whose bytes come now, if it is skipped. */
	private @Nullable OversizeFrame oversize;

	DelimiterCutter(DelimiterShape shape, int maxFrameSize) {
		this.shape = shape;
		int around = shape.trailer().length + shape.ends().longest();
		this.limit = Math.min(maxFrameSize, PartialFrame.MAX - around);
		this.mostEver = this.limit + around;
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		int at = from;
		while (at < to) {
			at = begin(bytes, at, to);
			if (!this.begun || at == to) {
				break;
			}
			int frame = at;
			if (this.escaping) {
				at = endEscape(bytes, at, to, sink);
			}
			int end = end(bytes, at, to, sink);
			if (end == NOT_FOUND) {
				checkSize(this.shape.leastPayload(received(at, to), this.state), sink, bytes, at, to);
				keep(bytes, at, to);
				this.received += to - frame;
				return to;
			}
			boolean more = finish(bytes, at, end, sink);
			at = end;
			if (!more) {
				break;
			}
		}
		return at;
	}

	/**
	 * Takes the start delimiter.
	 * @return the index after it
	 */
	private int begin(byte[] bytes, int from, int to) throws FrameException {
		StartDelimiter start = this.shape.start();
		if (this.begun) {
			return from;
		}
		if (start == null) {
			this.begun = true;
			return from;
		}
		int at = from;
		while (at < to) {
			if (this.startMatched == 0) {
				at = start.indexOfFirst(bytes, at, to);
				if (at == to) {
					return to;
				}
			}
			int matched = start.next(this.startMatched, bytes[at]);
			if (matched == 0 && !start.skips()) {
				throw badStart(start, bytes, at, to);
			}
			at++;
			this.startMatched = matched;
			if (matched == start.length()) {
				this.startMatched = 0;
				this.begun = true;
				this.received = matched;
				return at;
			}
		}
		return at;
	}

	private FrameException badStart(StartDelimiter start, byte[] bytes, int at, int to) {
		byte[] first = DelimiterShape.join(start.first(this.startMatched),
				Arrays.copyOfRange(bytes, at, Math.min(to, at + FirstBytes.ENOUGH)));
		return new FrameException(Fault.BAD,
				"expected %s to begin a frame, found %s (%s)".formatted(start.expected(),
						start.found(this.startMatched, bytes[at]), this.shape.name()),
				first, (long) this.startMatched + to - at);
	}

	/**
	 * Takes the byte behind an escape that came with the input before.
	 * @return the index after it
	 */
	private int endEscape(byte[] bytes, int at, int to, FrameSink sink) throws FrameException {
		EscapeCoding coding = this.shape.escape();
		int original = (coding != null) ? coding.original(bytes[at]) : EscapeCoding.NONE;
		if (original == EscapeCoding.NONE) {
			throw badEscape(bytes[at], bytes, at, to);
		}
		this.escaping = false;
		OversizeFrame skipped = this.oversize;
		if (skipped != null) {
			skipped.skip(new byte[] { (byte) original }, 0, 1);
		}
		else {
			this.partial.append((byte) original, this.mostEver);
		}
		return at + 1;
	}

	private FrameException badEscape(byte found, byte[] bytes, int at, int to) {
		return new FrameException(Fault.BAD, "unknown escape %s (%s)".formatted(Octets.hex(found), this.shape.name()),
				first(bytes, at, to), (long) this.partial.length() + to - at);
	}

	/**
	 * Looks for the end of the frame, and at escapes.
	 * @return the index after the delimiter, or {@link #NOT_FOUND}
	 */
	private int end(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		DelimiterSet ends = this.shape.ends();
		OctetFinder notable = this.shape.notable();
		EscapeCoding coding = this.shape.escape();
		int current = this.state;
		this.escapes = 0;
		int at = from;
		while (at < to) {
			if (current == DelimiterSet.NOTHING) {
				at = notable.indexOf(bytes, at, to);
				if (at == to) {
					break;
				}
			}
			byte octet = bytes[at++];
			current = ends.next(current, octet);
			if (ends.ended(current) > 0) {
				this.state = current;
				return at;
			}
			if (coding != null && octet == coding.escape()) {
				this.escaping = at == to;
				if (at < to) {
					this.state = current;
					escape(coding, bytes, from, at++, to, sink);
				}
			}
		}
		this.state = current;
		return NOT_FOUND;
	}

	private void escape(EscapeCoding coding, byte[] bytes, int from, int at, int to, FrameSink sink)
			throws FrameException {
		if (coding.original(bytes[at]) == EscapeCoding.NONE) {
			// What is wrong first counts.
			checkSize(this.shape.leastPayload(received(from, at - 1), this.state), sink, bytes, from, at - 1);
			throw badEscape(bytes[at], bytes, from, to);
		}
		this.escapes++;
	}

	/** How many bytes of the frame have come, escapes decoded. */
	private long received(int from, int to) {
		OversizeFrame skipped = this.oversize;
		return (skipped != null) ? 0
				: (long) this.partial.length() + to - from - this.escapes - (this.escaping ? 1 : 0);
	}

	/**
	 * Skips the frame if it is too long: what was kept of it is its first bytes.
	 * @throws FrameException if that is a fault
	 */
	private void checkSize(long payload, FrameSink sink, byte[] bytes, int from, int to) throws FrameException {
		if (payload <= this.limit || this.oversize != null) {
			return;
		}
		int wanted = sink.wantedOfOversize();
		if (wanted == FrameSink.NONE) {
			throw tooLong(first(bytes, from, to), (long) this.partial.length() + to - from);
		}
		byte[] kept = this.partial.finish(bytes, from, from);
		OversizeFrame created = new OversizeFrame(wanted, fault());
		created.skip(kept, 0, kept.length);
		this.oversize = created;
	}

	private FrameException tooLong(byte[] first, long length) {
		return new FrameException(Fault.TOO_LONG, fault(), first, length);
	}

	private String fault() {
		return "frame longer than %d bytes (%s)".formatted(this.limit, this.shape.name());
	}

	/** Keeps bytes of a frame that is not complete. */
	private void keep(byte[] bytes, int from, int to) throws FrameException {
		int end = this.escaping ? to - 1 : to;
		OversizeFrame skipped = this.oversize;
		if (skipped == null) {
			if (this.escapes == 0) {
				this.partial.append(bytes, from, end, this.mostEver);
			}
			else {
				byte[] decoded = decoded(bytes, from, end);
				this.partial.append(decoded, 0, decoded.length, this.mostEver);
			}
			return;
		}
		skip(skipped, bytes, from, end);
		if (skipped.length() > OversizeFrame.longest(this.limit)) {
			byte[] start = skipped.start();
			throw tooLong(Arrays.copyOf(start, Math.min(start.length, FirstBytes.ENOUGH)), skipped.length());
		}
	}

	private boolean finish(byte[] bytes, int from, int end, FrameSink sink) throws FrameException {
		int delimiter = this.shape.ends().ended(this.state);
		int trailer = this.shape.trailer().length;
		int to = this.shape.strips() ? end - delimiter : end;
		long length = (long) this.partial.length() + to - from - this.escapes - trailer;
		checkSize(length, sink, bytes, from, Math.max(from, to));
		OversizeFrame skipped = this.oversize;
		if (skipped != null) {
			return finishOversize(skipped, bytes, from, to, sink);
		}
		byte[] payload = payload(bytes, from, to);
		int ended = this.state;
		reset();
		if (length == 0 && this.shape.emptyFrames() != EmptyFrames.PASS) {
			byte[] wire = this.shape.empty(this.shape.ends().delimiter(ended));
			return sink.empty(wire, this.shape.emptyFrames() == EmptyFrames.ANSWER);
		}
		return sink.frame(payload);
	}

	private void reset() {
		this.begun = false;
		this.state = DelimiterSet.NOTHING;
		this.received = 0;
		this.oversize = null;
	}

	private boolean finishOversize(OversizeFrame skipped, byte[] bytes, int from, int to, FrameSink sink) {
		skip(skipped, bytes, from, to);
		byte[] start = skipped.start(Math.max(0, from - to) + this.shape.trailer().length);
		reset();
		return sink.oversize(start, skipped.fault());
	}

	private void skip(OversizeFrame skipped, byte[] bytes, int from, int to) {
		if (this.escapes == 0) {
			skipped.skip(bytes, from, to);
		}
		else {
			byte[] decoded = decoded(bytes, from, to);
			skipped.skip(decoded, 0, decoded.length);
		}
	}

	private byte[] decoded(byte[] bytes, int from, int to) {
		EscapeCoding coding = this.shape.escape();
		return (coding != null) ? coding.decode(bytes, from, to, this.escapes) : Arrays.copyOfRange(bytes, from, to);
	}

	/** The payload, without its trailer. */
	private byte[] payload(byte[] bytes, int from, int to) throws FrameException {
		byte[] trailer = this.shape.trailer();
		if (this.escapes == 0 && this.partial.length() == 0) {
			int end = to - trailer.length;
			checkTrailer(bytes, from, to);
			return Arrays.copyOfRange(bytes, from, end);
		}
		byte[] payload;
		if (this.escapes == 0) {
			payload = this.partial.finish(bytes, from, to);
		}
		else {
			byte[] last = decoded(bytes, from, to);
			payload = (this.partial.length() == 0) ? last : this.partial.finish(last, 0, last.length);
		}
		if (trailer.length == 0) {
			return payload;
		}
		checkTrailer(payload, 0, payload.length);
		return Arrays.copyOf(payload, payload.length - trailer.length);
	}

	private void checkTrailer(byte[] bytes, int from, int to) throws FrameException {
		byte[] trailer = this.shape.trailer();
		if (to - from < trailer.length || !Arrays.equals(bytes, to - trailer.length, to, trailer, 0, trailer.length)) {
			throw new FrameException(Fault.BAD, "frame does not end with its trailer (%s)".formatted(this.shape.name()),
					Arrays.copyOfRange(bytes, from, Math.min(to, from + FirstBytes.ENOUGH)), (long) to - from);
		}
	}

	@Override
	public int partialBytes() {
		return (int) Math.min(Integer.MAX_VALUE, this.startMatched + this.received);
	}

	@Override
	public byte[] first() {
		return first(NO_MORE, 0, 0);
	}

	/** The first bytes of the frame: its start, and those kept, escapes decoded. */
	private byte[] first(byte[] bytes, int from, int to) {
		StartDelimiter start = this.shape.start();
		byte[] begin = (start != null) ? start.first(this.begun ? start.length() : this.startMatched) : NO_MORE;
		byte[] first = DelimiterShape.join(begin, this.partial.first(bytes, from, to));
		return Arrays.copyOf(first, Math.min(first.length, FirstBytes.ENOUGH));
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
