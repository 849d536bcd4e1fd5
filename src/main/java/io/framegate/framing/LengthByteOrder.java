package io.framegate.framing;

/** In which order the bytes of a binary length stand. */
public enum LengthByteOrder {

	/** The highest byte first. */
	BIG_ENDIAN,

	/** The lowest byte first. */
	LITTLE_ENDIAN

}
