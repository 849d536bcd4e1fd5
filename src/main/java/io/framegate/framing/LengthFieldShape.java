package io.framegate.framing;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A declared framing whose frames have a length field, ready for use. The first bytes of
 * a frame, up to the end of the length field and of what is stripped, are its head.
 *
 * @param name the framing's name
 * @param offset how many bytes stand before the field, if no marker does
 * @param marker the bytes that the field follows; empty if it has its place
 * @param number how the field writes the length
 * @param adjustment what to add to the length for the bytes behind the field
 * @param strip how many first bytes of a frame are not the payload's, or {@link #ALL} if
 * the head varies
 * @param header what the head's bytes are, besides the length
 * @param trailer the last bytes of each frame, not the payload's
 * @param emptyFrames what becomes of empty frames
 */
record LengthFieldShape(String name, int offset, byte[] marker, LengthNumber number, int adjustment, int strip,
		HeaderPattern header, byte[] trailer, EmptyFrames emptyFrames) {

	/** All bytes up to the field's end, wherever that is. */
	static final int ALL = -1;

	/** A marker ends within so many first bytes of a frame. */
	static final int MARKER_WITHIN = 256;

	/** There is no such index. */
	static final int NONE = -1;

	private static final byte[] NOTHING = {};

	/**
	 * A declaration ready for use.
	 * @param name the framing's name
	 * @param declared a valid declaration with a length field
	 */
	static LengthFieldShape of(String name, FramingDeclaration declared) {
		byte[] marker = bytes(declared.lengthFieldAfter());
		int offset = (declared.lengthFieldOffset() != null) ? declared.lengthFieldOffset() : 0;
		int length = (declared.lengthFieldLength() != null) ? declared.lengthFieldLength() : LengthNumber.VARIES;
		int strip = strip(declared, offset, marker, length);
		// The places of what follows a length that varies are unknown.
		int head = (length == LengthNumber.VARIES) ? offset : Math.max(offset + length, strip);
		if (marker.length > 0) {
			head = (declared.header() != null) ? declared.header().allowed().length : 0;
		}
		HeaderPattern header = HeaderPattern.of(declared.header(), (strip == ALL) ? offset : strip, head, offset,
				(marker.length > 0) ? NOTHING : taken(declared, length));
		return new LengthFieldShape(name, offset, marker, number(declared, length, header, offset),
				(declared.lengthAdjustment() != null) ? declared.lengthAdjustment() : 0, strip, header,
				(declared.trailer() != null) ? declared.trailer().toBytes() : NOTHING,
				(declared.emptyFrames() != null) ? declared.emptyFrames() : EmptyFrames.PASS);
	}

	private static byte[] bytes(@Nullable String characters) {
		return (characters != null) ? HexBytes.text(characters).toBytes() : NOTHING;
	}

	private static int strip(FramingDeclaration declared, int offset, byte[] marker, int length) {
		String strip = declared.initialBytesToStrip();
		boolean all = (strip != null) ? strip.equalsIgnoreCase("all") : offset == 0 && marker.length == 0;
		if (all) {
			return (length != LengthNumber.VARIES) ? offset + length : ALL;
		}
		return (strip != null) ? Integer.parseInt(strip.strip()) : 0;
	}

	private static byte[] taken(FramingDeclaration declared, int length) {
		if (length == LengthNumber.VARIES) {
			return NOTHING;
		}
		byte[] taken = new byte[length];
		if (encoding(declared) == LengthEncoding.BINARY) {
			new BinaryLength(length, isLittleEndian(declared), -1, 0).write(mask(declared, length), taken, 0);
		}
		else {
			Arrays.fill(taken, (byte) 0xFF);
		}
		return taken;
	}

	private static LengthNumber number(FramingDeclaration declared, int length, HeaderPattern header, int offset) {
		String until = declared.lengthFieldUntil();
		byte end = (until != null) ? HexBytes.text(until).toBytes()[0] : 0;
		return switch (encoding(declared)) {
			case BINARY -> {
				boolean little = isLittleEndian(declared);
				long mask = mask(declared, length);
				byte[] others = (mask == BinaryLength.fullMask(length)) ? new byte[length]
						: header.written(offset, length);
				yield new BinaryLength(length, little, mask, new BinaryLength(length, little, -1, 0).bits(others, 0));
			}
			case DECIMAL -> new DigitsLength(length, Digits.DECIMAL, end);
			case HEX -> new DigitsLength(length, Digits.HEX, end);
			case BCD -> new BcdLength(length);
			case VARINT -> new VarintLength();
		};
	}

	private static LengthEncoding encoding(FramingDeclaration declared) {
		return (declared.lengthFieldEncoding() != null) ? declared.lengthFieldEncoding() : LengthEncoding.BINARY;
	}

	private static boolean isLittleEndian(FramingDeclaration declared) {
		return declared.lengthFieldByteOrder() == LengthByteOrder.LITTLE_ENDIAN;
	}

	private static long mask(FramingDeclaration declared, int length) {
		long mask = BinaryLength.fullMask(length);
		if (declared.lengthFieldMask() != null) {
			byte[] bytes = declared.lengthFieldMask().toBytes();
			mask &= new BinaryLength(Math.min(bytes.length, Long.BYTES), false, -1, 0).bits(bytes, 0);
		}
		return mask;
	}

	/**
	 * Where the length field begins.
	 * @param bytes holds the frame
	 * @param frame the index where the frame begins
	 * @param to the index after the last byte there is
	 * @return an index, which may lie behind what there is, or {@link #NONE} if the
	 * marker has not come
	 */
	int field(byte[] bytes, int frame, int to) {
		return (this.marker.length == 0) ? frame + this.offset : behindMarker(bytes, frame, to);
	}

	private int behindMarker(byte[] bytes, int frame, int to) {
		int last = Math.min(to, frame + MARKER_WITHIN) - this.marker.length;
		byte first = this.marker[0];
		// It is near mostly: one by one is quicker.
		for (int at = frame; at <= last; at++) {
			if (bytes[at] == first && isMarker(bytes, at)) {
				return at + this.marker.length;
			}
		}
		return NONE;
	}

	private boolean isMarker(byte[] bytes, int at) {
		int same = 1;
		while (same < this.marker.length && bytes[at + same] == this.marker[same]) {
			same++;
		}
		return same == this.marker.length;
	}

	/**
	 * The first byte of the head that may not stand where it does. What follows a length
	 * that varies is not looked at.
	 * @param bytes holds the frame
	 * @param frame the index where the frame begins
	 * @param from the index of the first byte to look at
	 * @param to the index after the last byte there is
	 * @return an index, or {@link #NONE}
	 */
	int misfit(byte[] bytes, int frame, int from, int to) {
		int end = to;
		if (this.marker.length > 0 && this.header.length() > 0) {
			int field = behindMarker(bytes, frame, to);
			end = (field != NONE) ? field : to;
		}
		return this.header.misfit(bytes, frame, from, end);
	}

	/**
	 * How many first bytes of a frame are not the payload's.
	 * @param fieldEnd how many bytes the frame has up to the field's end
	 */
	int stripped(int fieldEnd) {
		return (this.strip == ALL) ? fieldEnd : this.strip;
	}

	/**
	 * How many bytes a frame's head has.
	 * @param fieldEnd how many bytes the frame has up to the field's end
	 */
	int head(int fieldEnd) {
		return Math.max(fieldEnd, this.strip);
	}

	/**
	 * Whether the bytes at an index are the trailer.
	 */
	boolean endsAt(byte[] bytes, int at) {
		for (int i = 0; i < this.trailer.length; i++) {
			if (bytes[at + i] != this.trailer[i]) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether a field of value 0 makes an empty frame that ends with its field, because
	 * by the formula it would be shorter than its header.
	 * @param fieldEnd how many bytes the frame has up to the field's end
	 */
	boolean mayEndWithField(int fieldEnd) {
		return this.strip == ALL || this.strip >= fieldEnd || this.emptyFrames != EmptyFrames.PASS;
	}

	/**
	 * Whether the field is stripped, and written.
	 */
	boolean writesField() {
		return this.strip == ALL || this.marker.length == 0 && this.strip > this.offset;
	}

	/**
	 * Whether frames are those of a built-in framing: a big-endian length before each
	 * payload, and nothing else.
	 */
	boolean isLengthOnly() {
		return this.number instanceof BinaryLength binary && binary.isPlain() && this.offset == 0
				&& this.marker.length == 0 && this.strip == binary.length() && this.adjustment == 0
				&& this.trailer.length == 0 && this.emptyFrames == EmptyFrames.PASS;
	}

}
