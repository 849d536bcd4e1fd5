package io.framegate.framing;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Cuts a whole stream as the grammar of declarations says, slowly and obviously. Shares
 * no code with the cutters: what it says is right is what they must do.
 */
final class ReferenceDecoder {

	/** How many first bytes are wanted of a frame that is too long; -1: it is a fault. */
	private final int wanted;

	private final int limit;

	ReferenceDecoder(int limit, int wanted) {
		this.limit = limit;
		this.wanted = wanted;
	}

	/**
	 * What becomes of a stream.
	 * @return each frame as {@code frame <hex>}, {@code empty <hex>}, {@code answer
	 * <hex>} or {@code oversize <hex>}, and at last {@code BAD}, {@code TOO_LONG} or how
	 * many bytes of a frame are left
	 */
	List<String> decode(FramingDeclaration declaration, byte[] wire) {
		List<String> events = new ArrayList<>();
		int at = 0;
		while (true) {
			Step step = next(declaration, Arrays.copyOfRange(wire, at, wire.length));
			if (step.event() != null) {
				events.add(step.event());
			}
			if (step.length() < 0) {
				return events;
			}
			at += step.length();
		}
	}

	/**
	 * The next step.
	 * @param rest the stream from where the next frame begins
	 */
	private Step next(FramingDeclaration declaration, byte[] rest) {
		if (rest.length == 0) {
			return Step.left(0);
		}
		if (!declaration.firstOf().isEmpty()) {
			return firstOf(declaration, rest);
		}
		if (!declaration.delimiter().isEmpty()) {
			return new DelimiterReference(declaration, this.limit, this.wanted).next(rest);
		}
		return (declaration.fixedLength() != null) ? fixedLength(declaration, rest) : lengthField(declaration, rest);
	}

	private Step firstOf(FramingDeclaration declaration, byte[] rest) {
		for (FramingDeclaration shape : declaration.firstOf()) {
			boolean[][] places = (shape.startsWith() != null) ? shape.startsWith().allowed() : new boolean[0][];
			int fitting = 0;
			while (fitting < places.length && fitting < rest.length && places[fitting][rest[fitting] & 0xFF]) {
				fitting++;
			}
			if (fitting == places.length) {
				return next(shape.withEmptyFrames(declaration.emptyFrames()), rest);
			}
			if (fitting == rest.length) {
				return Step.left(rest.length);
			}
		}
		return Step.BAD;
	}

	private Step fixedLength(FramingDeclaration declaration, byte[] rest) {
		int length = declaration.fixedLength();
		byte[] trailer = (declaration.trailer() != null) ? declaration.trailer().toBytes() : new byte[0];
		int payload = length - trailer.length;
		if (payload > this.limit && this.wanted < 0) {
			return Step.TOO_LONG;
		}
		if (rest.length < length) {
			return Step.left(rest.length);
		}
		if (payload <= this.limit && !Arrays.equals(rest, payload, length, trailer, 0, trailer.length)) {
			return Step.BAD;
		}
		return frame(declaration, Arrays.copyOf(rest, payload), Arrays.copyOf(rest, length));
	}

	private Step lengthField(FramingDeclaration declaration, byte[] rest) {
		LengthDeclaration field = new LengthDeclaration(declaration);
		int start = field.after.length > 0 ? -1 : field.offset;
		int end = -1;
		BigInteger value = BigInteger.ZERO;
		for (int p = 0; end < 0; p++) {
			if (p == rest.length) {
				return Step.left(rest.length);
			}
			if (start < 0 || p < start) {
				if (!field.allows(p, rest[p])) {
					return Step.BAD;
				}
				if (start < 0 && endsWith(rest, p + 1, field.after)) {
					start = p + 1;
				}
				else if (start < 0 && p + 1 == 256) {
					return Step.BAD;
				}
				continue;
			}
			Number number = field.number(Arrays.copyOfRange(rest, start, p + 1));
			if (number.bad()) {
				return Step.BAD;
			}
			if (number.value() != null) {
				value = number.value();
				end = p + 1;
			}
		}
		for (int p = start; p < end; p++) {
			if (!field.allowsUnmasked(p, rest[p], p - start)) {
				return Step.BAD;
			}
		}
		return behindField(declaration, field, rest, value, end);
	}

	private Step behindField(FramingDeclaration declaration, LengthDeclaration field, byte[] rest, BigInteger value,
			int end) {
		BigInteger frameLength = value.add(BigInteger.valueOf(field.adjustment)).add(BigInteger.valueOf(end));
		int strip = field.strip(end);
		int shortest = Math.max(end, strip) + field.trailer.length;
		if (frameLength.compareTo(BigInteger.valueOf(Long.MAX_VALUE)) > 0) {
			return Step.BAD;
		}
		if (frameLength.compareTo(BigInteger.valueOf(shortest)) < 0) {
			boolean passes = declaration.emptyFrames() == null || declaration.emptyFrames() == EmptyFrames.PASS;
			return (value.signum() == 0 && (strip >= end || !passes))
					? empty(declaration, Arrays.copyOf(rest, end), end) : Step.BAD;
		}
		long payload = frameLength.longValue() - strip - field.trailer.length;
		if (payload > this.limit) {
			if (field.isSignedLength(value)) {
				return Step.BAD;
			}
			if (this.wanted < 0 || payload > Math.max(64L * 1024 * 1024, 16L * this.limit)) {
				return Step.TOO_LONG;
			}
		}
		for (int p = end; p < strip; p++) {
			if (p == rest.length) {
				return Step.left(rest.length);
			}
			if (!field.allows(p, rest[p])) {
				return Step.BAD;
			}
		}
		long trailer = frameLength.longValue() - field.trailer.length;
		for (int i = 0; i < field.trailer.length && trailer + i < rest.length; i++) {
			if (rest[(int) trailer + i] != field.trailer[i]) {
				return Step.BAD;
			}
		}
		if (frameLength.longValue() > rest.length) {
			return Step.left(rest.length);
		}
		byte[] bytes = Arrays.copyOfRange(rest, strip, (int) trailer);
		return frame(declaration, bytes, Arrays.copyOf(rest, (int) frameLength.longValue()));
	}

	/**
	 * A frame is complete.
	 * @param payload its payload
	 * @param wire all its bytes
	 */
	private Step frame(FramingDeclaration declaration, byte[] payload, byte[] wire) {
		return frame(declaration, payload, wire, this.limit, this.wanted);
	}

	static Step frame(FramingDeclaration declaration, byte[] payload, byte[] wire, int limit, int wanted) {
		if (payload.length > limit) {
			return new Step("oversize " + hex(Arrays.copyOf(payload, Math.min(payload.length, wanted))), wire.length);
		}
		return (payload.length == 0) ? empty(declaration, wire, wire.length)
				: new Step("frame " + hex(payload), wire.length);
	}

	private static Step empty(FramingDeclaration declaration, byte[] wire, int length) {
		EmptyFrames policy = (declaration.emptyFrames() != null) ? declaration.emptyFrames() : EmptyFrames.PASS;
		return new Step(switch (policy) {
			case PASS -> "frame ";
			case IGNORE -> "empty " + hex(wire);
			case ANSWER -> "answer " + hex(wire);
		}, length);
	}

	private static boolean endsWith(byte[] bytes, int length, byte[] end) {
		return length >= end.length && Arrays.equals(bytes, length - end.length, length, end, 0, end.length);
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

	/**
	 * What comes next of a stream.
	 *
	 * @param event what became of the bytes, {@code null} for nothing
	 * @param length how many bytes it has, -1 if it is the last
	 */
	record Step(@Nullable String event, int length) {

		static final Step BAD = new Step("BAD", -1);

		static final Step TOO_LONG = new Step("TOO_LONG", -1);

		static Step left(int bytes) {
			return new Step(String.valueOf(bytes), -1);
		}

	}

	/**
	 * What the bytes of a length field are: a value, a fault, or too few.
	 *
	 * @param value the value, or {@code null}
	 * @param bad whether it can be none
	 */
	private record Number(@Nullable BigInteger value, boolean bad) {

		private static final Number MORE = new Number(null, false);

		private static final Number BAD = new Number(null, true);

	}

	/** A declaration's length field with all defaults. */
	private static final class LengthDeclaration {

		private final FramingDeclaration declaration;

		private final LengthEncoding encoding;

		private final int offset;

		private final byte[] after;

		private final int adjustment;

		private final byte[] trailer;

		private final boolean[][] header;

		LengthDeclaration(FramingDeclaration declaration) {
			this.declaration = declaration;
			this.encoding = (declaration.lengthFieldEncoding() != null) ? declaration.lengthFieldEncoding()
					: LengthEncoding.BINARY;
			this.offset = (declaration.lengthFieldOffset() != null) ? declaration.lengthFieldOffset() : 0;
			this.after = (declaration.lengthFieldAfter() != null)
					? HexBytes.text(declaration.lengthFieldAfter()).toBytes() : new byte[0];
			this.adjustment = (declaration.lengthAdjustment() != null) ? declaration.lengthAdjustment() : 0;
			this.trailer = (declaration.trailer() != null) ? declaration.trailer().toBytes() : new byte[0];
			this.header = (declaration.header() != null) ? declaration.header().allowed() : new boolean[0][];
		}

		/** How much is stripped if the field ends there. */
		int strip(int end) {
			String strip = this.declaration.initialBytesToStrip();
			if (strip == null) {
				return (this.offset == 0 && this.after.length == 0) ? end : 0;
			}
			return strip.equals("all") ? end : Integer.parseInt(strip);
		}

		/** Whether a byte before or behind the field may stand there. */
		boolean allows(int offset, byte octet) {
			if (offset < this.header.length) {
				return this.header[offset][octet & 0xFF];
			}
			return offset >= strip(this.offset + fieldLength()) || octet == 0;
		}

		private int fieldLength() {
			return (this.declaration.lengthFieldLength() != null) ? this.declaration.lengthFieldLength() : 0;
		}

		/** Whether a byte of the field may be so in the bits that the mask leaves. */
		boolean allowsUnmasked(int offset, byte octet, int index) {
			if (this.encoding != LengthEncoding.BINARY || this.declaration.lengthFieldMask() == null
					|| this.after.length > 0) {
				return true;
			}
			byte[] mask = this.declaration.lengthFieldMask().toBytes();
			int fromEnd = (isLittleEndian()) ? index : fieldLength() - 1 - index;
			int others = ~((fromEnd < mask.length) ? mask[mask.length - 1 - fromEnd] : 0) & 0xFF;
			for (int like = 0; like < 256; like++) {
				if ((like & others) == (octet & others) && allows(offset, (byte) like)) {
					return true;
				}
			}
			return false;
		}

		private boolean isLittleEndian() {
			return this.declaration.lengthFieldByteOrder() == LengthByteOrder.LITTLE_ENDIAN;
		}

		Number number(byte[] bytes) {
			return switch (this.encoding) {
				case BINARY -> binary(bytes);
				case DECIMAL -> digits(bytes, 10);
				case HEX -> digits(bytes, 16);
				case BCD -> bcd(bytes);
				case VARINT -> varint(bytes);
			};
		}

		private Number binary(byte[] bytes) {
			if (bytes.length < fieldLength()) {
				return Number.MORE;
			}
			byte[] ordered = bytes.clone();
			for (int i = 0; i < bytes.length && isLittleEndian(); i++) {
				ordered[i] = bytes[bytes.length - 1 - i];
			}
			BigInteger value = new BigInteger(1, ordered);
			if (this.declaration.lengthFieldMask() != null) {
				value = value.and(new BigInteger(1, this.declaration.lengthFieldMask().toBytes()));
			}
			return checked(value);
		}

		private Number digits(byte[] bytes, int radix) {
			String text = new String(bytes, StandardCharsets.ISO_8859_1);
			boolean complete = text.length() == fieldLength();
			if (this.declaration.lengthFieldUntil() != null) {
				String until = new String(HexBytes.text(this.declaration.lengthFieldUntil()).toBytes(),
						StandardCharsets.ISO_8859_1);
				complete = text.endsWith(until);
				text = complete ? text.substring(0, text.length() - 1) : text;
				if (text.length() > 19 || complete && text.isEmpty()) {
					return Number.BAD;
				}
			}
			if (!text.matches((radix == 10) ? "[0-9]*" : "[0-9A-Fa-f]*")) {
				return Number.BAD;
			}
			return complete ? checked(new BigInteger(text, radix)) : Number.MORE;
		}

		private Number bcd(byte[] bytes) {
			String text = hex(bytes);
			if (!text.matches("[0-9]*")) {
				return Number.BAD;
			}
			return (bytes.length == fieldLength()) ? checked(new BigInteger(text)) : Number.MORE;
		}

		private Number varint(byte[] bytes) {
			BigInteger value = BigInteger.ZERO;
			for (int i = 0; i < bytes.length; i++) {
				value = value.or(BigInteger.valueOf(bytes[i] & 0x7F).shiftLeft(7 * i));
			}
			if (bytes[bytes.length - 1] >= 0) {
				return checked(value);
			}
			return (bytes.length == 5) ? Number.BAD : Number.MORE;
		}

		private static Number checked(BigInteger value) {
			return (value.bitLength() > 63) ? Number.BAD : new Number(value, false);
		}

		/** As length4: what would be negative is no length. */
		boolean isSignedLength(BigInteger value) {
			return value.bitLength() == 32 && this.encoding == LengthEncoding.BINARY && fieldLength() == 4
					&& !isLittleEndian() && this.offset == 0 && this.after.length == 0 && this.adjustment == 0
					&& strip(4) == 4 && this.trailer.length == 0
					&& (this.declaration.lengthFieldMask() == null
							|| new BigInteger(1, this.declaration.lengthFieldMask().toBytes()).bitCount() == 32)
					&& (this.declaration.emptyFrames() == null || this.declaration.emptyFrames() == EmptyFrames.PASS);
		}

	}

}
