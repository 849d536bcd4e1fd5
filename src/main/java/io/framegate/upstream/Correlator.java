package io.framegate.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.framegate.route.Correlation;
import org.jspecify.annotations.Nullable;

/**
 * Finds the key that a request and its reply have in common, and puts others in its
 * place. Regular expressions run in linear time, whatever the frame holds. Any thread may
 * call.
 */
final class Correlator {

	/**
	 * A key in a frame.
	 *
	 * @param text its bytes, each a character
	 * @param from the index of its first byte
	 * @param to the index after its last byte
	 */
	record Key(String text, int from, int to) {

	}

	private static final int DIGITS = 10;

	private static final int BYTES = 256;

	/** A binary key of so many bytes is hardly ever made of digits. */
	private static final int LONG_ENOUGH = 4;

	private final int offset;

	private final int length;

	private final boolean rewrite;

	private final @Nullable Pattern requests;

	private final @Nullable Pattern replies;

	Correlator(Correlation correlation) {
		this.offset = Objects.requireNonNullElse(correlation.offset(), 0);
		this.length = Objects.requireNonNullElse(correlation.length(), 0);
		this.rewrite = correlation.rewrite();
		this.requests = pattern(correlation.regexRequest());
		this.replies = pattern(correlation.regexReply());
	}

	private static @Nullable Pattern pattern(@Nullable String regex) {
		return (regex != null) ? Pattern.compile(regex, Pattern.DOTALL) : null;
	}

	boolean rewrites() {
		return this.rewrite;
	}

	/**
	 * Whether a reply has the key of an exchange's request.
	 * @param exchange the exchange
	 * @param reply a reply
	 * @return whether it has; where the request has none, as a heartbeat may not, any
	 * reply will do
	 */
	boolean isReplyTo(Exchange exchange, byte[] reply) {
		Key asked = exchange.key();
		Key found = (asked != null) ? inReply(reply) : null;
		return asked == null || (found != null && found.text().equals(asked.text()));
	}

	@Nullable Key inRequest(byte[] frame) {
		return find(this.requests, frame);
	}

	@Nullable Key inReply(byte[] frame) {
		return find(this.replies, frame);
	}

	private @Nullable Key find(@Nullable Pattern pattern, byte[] frame) {
		if (pattern == null) {
			return (frame.length - this.length >= this.offset) ? key(frame, this.offset, this.offset + this.length)
					: null;
		}
		Matcher matcher = pattern.matcher(new String(frame, StandardCharsets.ISO_8859_1));
		return (matcher.find() && matcher.start(1) >= 0) ? key(frame, matcher.start(1), matcher.end(1)) : null;
	}

	private static Key key(byte[] frame, int from, int to) {
		return new Key(new String(frame, from, to - from, StandardCharsets.ISO_8859_1), from, to);
	}

	/**
	 * How many keys of the gateway's own there can be of a client's key's size.
	 * @param like the client's key
	 * @return a number, {@link Long#MAX_VALUE} for very many
	 */
	long keySpace(Key like) {
		int size = like.to() - like.from();
		long base = base(like);
		long space = 1;
		for (int i = 0; i < size; i++) {
			if (space > Long.MAX_VALUE / base) {
				return Long.MAX_VALUE;
			}
			space *= base;
		}
		return space;
	}

	/**
	 * Digits are put in the place of what a regular expression finds, for it is text, and
	 * of a longer key that is made of digits itself, such as a trace number.
	 */
	private int base(Key like) {
		if (this.requests != null) {
			return DIGITS;
		}
		boolean digits = like.text().length() >= LONG_ENOUGH
				&& like.text().chars().allMatch((one) -> one >= '0' && one <= '9');
		return digits ? DIGITS : BYTES;
	}

	/**
	 * A key of the gateway's own, as long as the client's and of the same kind.
	 * @param number the key's number
	 * @param like the client's key
	 * @return the key
	 */
	String ownKey(long number, Key like) {
		int size = like.to() - like.from();
		char[] text = new char[size];
		long rest = number % keySpace(like);
		int base = base(like);
		for (int i = size - 1; i >= 0; i--) {
			text[i] = (char) (rest % base + ((base == DIGITS) ? '0' : 0));
			rest /= base;
		}
		return new String(text);
	}

	static byte[] replace(byte[] frame, Key key, String by) {
		byte[] bytes = by.getBytes(StandardCharsets.ISO_8859_1);
		int tail = frame.length - key.to();
		byte[] replaced = new byte[key.from() + bytes.length + tail];
		System.arraycopy(frame, 0, replaced, 0, key.from());
		System.arraycopy(bytes, 0, replaced, key.from(), bytes.length);
		System.arraycopy(frame, key.to(), replaced, key.from() + bytes.length, tail);
		return replaced;
	}

}
