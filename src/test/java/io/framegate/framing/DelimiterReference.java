package io.framegate.framing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.framegate.framing.ReferenceDecoder.Step;

/**
 * Cuts the next frame between delimiters as the grammar says, byte by byte, each time
 * comparing with every delimiter.
 */
final class DelimiterReference {

	private final FramingDeclaration declaration;

	private final int limit;

	private final int wanted;

	private final List<byte[]> delimiters;

	private final boolean strips;

	private final byte[] trailer;

	/** What the frame's bytes mean. */
	private final List<Byte> content = new ArrayList<>();

	/** How many last bytes of it came as they are, without escape. */
	private int plain;

	DelimiterReference(FramingDeclaration declaration, int limit, int wanted) {
		this.declaration = declaration;
		this.limit = limit;
		this.wanted = wanted;
		this.delimiters = declaration.delimiter().stream().map(HexBytes::toBytes).toList();
		this.strips = !Boolean.FALSE.equals(declaration.stripDelimiter());
		this.trailer = (declaration.trailer() != null) ? declaration.trailer().toBytes() : new byte[0];
	}

	Step next(byte[] rest) {
		byte[] start = (this.declaration.startDelimiter() != null) ? this.declaration.startDelimiter().toBytes()
				: new byte[0];
		int at = 0;
		while (Boolean.TRUE.equals(this.declaration.skipBeforeStart()) && !fits(start, rest, at)) {
			at++;
		}
		if (!fits(start, rest, at)) {
			return Step.BAD;
		}
		if (rest.length - at < start.length) {
			return Step.left(rest.length - at);
		}
		if (at > 0) {
			return new Step(null, at);
		}
		return content(rest, start.length);
	}

	/** Whether bytes are the start, or may become it. */
	private static boolean fits(byte[] start, byte[] rest, int at) {
		for (int i = 0; i < start.length && at + i < rest.length; i++) {
			if (rest[at + i] != start[i]) {
				return false;
			}
		}
		return true;
	}

	private Step content(byte[] rest, int from) {
		FramingDeclaration.Escape escape = this.declaration.escape();
		int at = from;
		while (at < rest.length) {
			byte octet = rest[at++];
			if (escape != null && octet == escape.octet().toBytes()[0]) {
				this.plain = 0;
				if (isTooLong()) {
					return Step.TOO_LONG;
				}
				if (at == rest.length) {
					return Step.left(rest.length);
				}
				int original = original(escape, rest[at++]);
				if (original < 0) {
					return Step.BAD;
				}
				this.content.add((byte) original);
			}
			else {
				this.content.add(octet);
				this.plain++;
			}
			int ended = ended();
			if (ended > 0) {
				return frame(ended, Arrays.copyOf(rest, at));
			}
			if (isTooLong()) {
				return Step.TOO_LONG;
			}
		}
		return Step.left(rest.length);
	}

	private int original(FramingDeclaration.Escape escape, byte image) {
		for (byte[] delimiter : this.delimiters) {
			for (byte one : delimiter) {
				if (one == image) {
					return -1;
				}
			}
		}
		if (escape.xor() != null) {
			return (image ^ escape.xor().toBytes()[0]) & 0xFF;
		}
		for (Map.Entry<String, HexBytes> entry : escape.map().entrySet()) {
			if (Integer.parseInt(entry.getKey(), 16) == (image & 0xFF)) {
				return entry.getValue().toBytes()[0] & 0xFF;
			}
		}
		return -1;
	}

	/** The length of the longest delimiter that the content ends with. */
	private int ended() {
		int longest = 0;
		for (byte[] delimiter : this.delimiters) {
			if (hasLast(delimiter, delimiter.length)) {
				longest = Math.max(longest, delimiter.length);
			}
		}
		return longest;
	}

	/** Whether the last bytes are the first of a delimiter. */
	private boolean hasLast(byte[] delimiter, int count) {
		if (count > this.plain) {
			return false;
		}
		for (int i = 0; i < count; i++) {
			if (this.content.get(this.content.size() - count + i) != delimiter[i]) {
				return false;
			}
		}
		return true;
	}

	/** Whether no payload can come of this any more that is short enough. */
	private boolean isTooLong() {
		int least = Integer.MAX_VALUE;
		for (byte[] delimiter : this.delimiters) {
			for (int count = 0; count < delimiter.length; count++) {
				if (hasLast(delimiter, count)) {
					least = Math.min(least, this.strips ? this.content.size() - count - this.trailer.length
							: this.content.size() - count + delimiter.length);
				}
			}
		}
		return least > this.limit && this.wanted < 0;
	}

	private Step frame(int delimiter, byte[] wire) {
		byte[] payload = new byte[this.content.size() - (this.strips ? delimiter : 0)];
		for (int i = 0; i < payload.length; i++) {
			payload[i] = this.content.get(i);
		}
		int length = payload.length - this.trailer.length;
		if (length > this.limit && this.wanted < 0) {
			return Step.TOO_LONG;
		}
		if (length < 0 || (length <= this.limit
				&& !Arrays.equals(payload, length, payload.length, this.trailer, 0, this.trailer.length))) {
			return Step.BAD;
		}
		return ReferenceDecoder.frame(this.declaration, Arrays.copyOf(payload, length), wire, this.limit, this.wanted);
	}

}
