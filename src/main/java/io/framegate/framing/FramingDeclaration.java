package io.framegate.framing;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * A framing as declared: a length field, delimiters, a fixed length, or the first of
 * several such shapes that matches. The names follow Netty's
 * {@code LengthFieldBasedFrameDecoder}: the length of a frame is the value of its length
 * field + length-adjustment + where the field ends. One declaration reads and writes.
 *
 * @param startsWith only in first-of: what a frame of this shape begins with
 * @param lengthFieldOffset how many bytes stand before the length field
 * @param lengthFieldAfter the length field begins behind these characters, looked for in
 * the first 256 bytes
 * @param lengthFieldLength how many bytes the length field has, 1 to 8; for decimal and
 * hex, digits
 * @param lengthFieldUntil the length field ends before this character
 * @param lengthFieldEncoding how the length is written
 * @param lengthFieldByteOrder the byte order of a binary length
 * @param lengthFieldMask which bits of the field are the length
 * @param lengthAdjustment what to add to the length so that it counts the bytes behind
 * the field
 * @param initialBytesToStrip how many bytes are cut from the front of each frame; all for
 * those up to the end of the length field. Not set: up to the end of the field if that
 * begins the frame, else none
 * @param header the bytes that are stripped: what they must be when read, ?? for any, and
 * what they are when written. The length goes over it. Not set: zeros
 * @param trailer the last bytes of each frame, within its length
 * @param startDelimiter what begins a frame
 * @param delimiter what ends a frame; if there are several, the longest that matches
 * counts, and the first is written
 * @param stripDelimiter whether the payload comes without its delimiter
 * @param skipBeforeStart whether bytes before a start delimiter are skipped
 * @param escape how delimiters stand in a payload
 * @param fixedLength the length of every frame, in bytes
 * @param firstOf shapes; the first whose starts-with matches cuts the next frame
 * @param emptyFrames what becomes of frames without a payload
 */
public record FramingDeclaration(@Nullable BytePattern startsWith, @Nullable Integer lengthFieldOffset,
		@Nullable String lengthFieldAfter, @Nullable Integer lengthFieldLength, @Nullable String lengthFieldUntil,
		@Nullable LengthEncoding lengthFieldEncoding, @Nullable LengthByteOrder lengthFieldByteOrder,
		@Nullable HexBytes lengthFieldMask, @Nullable Integer lengthAdjustment, @Nullable String initialBytesToStrip,
		@Nullable BytePattern header, @Nullable HexBytes trailer, @Nullable HexBytes startDelimiter,
		@DefaultValue List<HexBytes> delimiter, @Nullable Boolean stripDelimiter, @Nullable Boolean skipBeforeStart,
		@Nullable Escape escape, @Nullable Integer fixedLength, @DefaultValue List<FramingDeclaration> firstOf,
		@Nullable EmptyFrames emptyFrames) {

	public FramingDeclaration {
		delimiter = List.copyOf(delimiter);
		firstOf = List.copyOf(firstOf);
	}

	/**
	 * The same declaration with what becomes of empty frames said elsewhere.
	 * @param policy what becomes of them
	 * @return another declaration
	 */
	FramingDeclaration withEmptyFrames(@Nullable EmptyFrames policy) {
		return new FramingDeclaration(this.startsWith, this.lengthFieldOffset, this.lengthFieldAfter,
				this.lengthFieldLength, this.lengthFieldUntil, this.lengthFieldEncoding, this.lengthFieldByteOrder,
				this.lengthFieldMask, this.lengthAdjustment, this.initialBytesToStrip, this.header, this.trailer,
				this.startDelimiter, this.delimiter, this.stripDelimiter, this.skipBeforeStart, this.escape,
				this.fixedLength, this.firstOf, policy);
	}

	/**
	 * How a payload may contain bytes that would end its frame: each is written as two.
	 *
	 * @param octet the first of the two
	 * @param map the byte meant, by the second of the two
	 * @param xor what the byte meant is combined with to become the second
	 */
	public record Escape(@Nullable @Name("byte") HexBytes octet, @DefaultValue Map<String, HexBytes> map,
			@Nullable HexBytes xor) {

		public Escape {
			map = Map.copyOf(map);
		}

	}

}
