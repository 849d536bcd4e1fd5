package io.framegate.framing;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Frames that end with one of several delimiters, in the form that cutting and writing
 * need. Immutable.
 */
final class DelimiterShape {

	private static final byte[] NOTHING = {};

	private final String name;

	/** What begins a frame, if anything. */
	private final @Nullable StartDelimiter start;

	private final DelimiterSet ends;

	/** Bytes at which a search for the end has to look closer. */
	private final OctetFinder notable;

	private final boolean strips;

	private final byte[] trailer;

	/** The trailer, and the delimiter that is written. */
	private final byte[] tail;

	private final @Nullable EscapeCoding escape;

	private final EmptyFrames emptyFrames;

	/** Whether escapes keep every delimiter out of every payload. */
	private final boolean carriesAll;

	DelimiterShape(String name, FramingDeclaration declaration) {
		this.name = name;
		List<byte[]> delimiters = declaration.delimiter().stream().map(HexBytes::toBytes).toList();
		byte[] startBytes = bytes(declaration.startDelimiter());
		this.start = (startBytes.length > 0)
				? new StartDelimiter(startBytes, Boolean.TRUE.equals(declaration.skipBeforeStart())) : null;
		this.ends = new DelimiterSet(delimiters);
		this.strips = !Boolean.FALSE.equals(declaration.stripDelimiter());
		this.trailer = bytes(declaration.trailer());
		FramingDeclaration.Escape declared = declaration.escape();
		this.escape = (declared != null) ? new EscapeCoding(declared, startBytes, delimiters) : null;
		this.emptyFrames = Objects.requireNonNullElse(declaration.emptyFrames(), EmptyFrames.PASS);
		boolean[] closer = this.ends.firsts();
		EscapeCoding coding = this.escape;
		if (coding != null) {
			closer[coding.escape() & 0xFF] = true;
		}
		this.notable = new OctetFinder(closer);
		this.tail = this.strips ? join(this.trailer, delimiters.getFirst()) : NOTHING;
		this.carriesAll = coding != null && delimiters.stream().allMatch((one) -> isEscaped(coding, one));
	}

	private static byte[] bytes(@Nullable HexBytes declared) {
		return (declared != null) ? declared.toBytes() : NOTHING;
	}

	private static boolean isEscaped(EscapeCoding coding, byte[] delimiter) {
		for (byte octet : delimiter) {
			if (!coding.escapes(octet)) {
				return false;
			}
		}
		return true;
	}

	static byte[] join(byte[] one, byte[] two) {
		byte[] joined = Arrays.copyOf(one, one.length + two.length);
		System.arraycopy(two, 0, joined, one.length, two.length);
		return joined;
	}

	String name() {
		return this.name;
	}

	@Nullable StartDelimiter start() {
		return this.start;
	}

	int startLength() {
		StartDelimiter begin = this.start;
		return (begin != null) ? begin.length() : 0;
	}

	DelimiterSet ends() {
		return this.ends;
	}

	OctetFinder notable() {
		return this.notable;
	}

	boolean strips() {
		return this.strips;
	}

	byte[] trailer() {
		return this.trailer;
	}

	byte[] tail() {
		return this.tail;
	}

	/**
	 * An empty frame as it came.
	 * @param delimiter the delimiter that ended it
	 * @return an array of the caller's own
	 */
	byte[] empty(byte[] delimiter) {
		StartDelimiter begin = this.start;
		byte[] first = (begin != null) ? begin.first(begin.length()) : NOTHING;
		return join(join(first, this.trailer), delimiter);
	}

	@Nullable EscapeCoding escape() {
		return this.escape;
	}

	EmptyFrames emptyFrames() {
		return this.emptyFrames;
	}

	/**
	 * The least payload of a frame that is not complete.
	 * @param length how many bytes came behind its start, escapes decoded
	 * @param state what has begun of a delimiter
	 * @return a number of bytes
	 */
	long leastPayload(long length, int state) {
		return this.strips ? length - this.ends.begun(state) - this.trailer.length : length + this.ends.missing(state);
	}

	/**
	 * Why a payload cannot be written.
	 * @param payload the payload
	 * @return a reason as a message, or {@code null}
	 */
	@Nullable String refusal(byte[] payload) {
		if (this.carriesAll && this.strips) {
			return null;
		}
		EscapeCoding coding = this.escape;
		byte[] body = (coding != null) ? coding.encode(payload) : payload;
		int state = DelimiterSet.NOTHING;
		for (int at = 0; at < body.length;) {
			if (state == DelimiterSet.NOTHING) {
				at = this.notable.indexOf(body, at, body.length);
				if (at == body.length) {
					break;
				}
			}
			state = this.ends.next(state, body[at++]);
			if (this.ends.ended(state) > 0) {
				return (!this.strips && at == body.length) ? null
						: "payload contains %s, which ends a frame (%s)".formatted(names(body, at), this.name);
			}
		}
		return this.strips ? refusalOfTail(state) : "payload does not end with a delimiter (%s)".formatted(this.name);
	}

	private @Nullable String refusalOfTail(int stateBefore) {
		int state = stateBefore;
		for (int at = 0; at < this.tail.length; at++) {
			state = this.ends.next(state, this.tail[at]);
			int ended = this.ends.ended(state);
			if (ended > 0) {
				return (at + 1 - ended == this.trailer.length) ? null
						: "payload ends with bytes that are part of a delimiter with those that follow (%s)"
							.formatted(this.name);
			}
		}
		throw new IllegalStateException("The tail has no delimiter");
	}

	private String names(byte[] body, int end) {
		int state = DelimiterSet.NOTHING;
		for (int at = 0; at < end; at++) {
			state = this.ends.next(state, body[at]);
		}
		StringBuilder names = new StringBuilder();
		for (int at = end - this.ends.ended(state); at < end; at++) {
			names.append(names.isEmpty() ? "" : " ").append(Octets.name(body[at]));
		}
		return names.toString();
	}

}
