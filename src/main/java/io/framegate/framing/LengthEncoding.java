package io.framegate.framing;

/** How a length field writes its number. */
public enum LengthEncoding {

	/** As a binary number of 1 to 8 bytes. */
	BINARY,

	/** As ASCII digits. */
	DECIMAL,

	/** As ASCII digits of base 16; written in capitals. */
	HEX,

	/** As packed decimal digits, two a byte. */
	BCD,

	/** Seven bits a byte, the lowest first, as LEB128, protobuf and MQTT have it. */
	VARINT

}
