package io.framegate.framing;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames with a length field, by each property that declares one.
 */
class LengthFieldTests {

	/** The wire of two frames, hex or text, and their payloads. */
	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-length: 2                                           | 0002 6162 0001 63          | 6162 63
					length-field-length: 3                                           | 000002 6162 000001 63      | 6162 63
					length-field-length: 2; length-field-byte-order: little-endian   | 0200 6162 0100 63          | 6162 63
					length-field-length: 8; length-field-byte-order: little-endian   | 0200000000000000 6162 0100000000000000 63 | 6162 63
					length-field-length: 4; length-field-encoding: decimal           | 30303032 6162 30303031 63  | 6162 63
					length-field-length: 4; length-field-encoding: hex               | 30303032 6162 30303031 63  | 6162 63
					length-field-length: 2; length-field-encoding: bcd               | 0002 6162 0001 63          | 6162 63
					length-field-encoding: varint                                    | 02 6162 01 63              | 6162 63
					length-field-until: ":"; length-field-encoding: decimal; length-adjustment: 1; initial-bytes-to-strip: all; trailer: 2C | 323A61622C 313A632C | 6162 63
					length-field-length: 2; length-adjustment: 2; initial-bytes-to-strip: 4; header: 00000000 | 000200006162 0001000063 | 6162 63
					length-field-length: 2; length-adjustment: -2                    | 00046162 000363            | 6162 63
					length-field-offset: 4; length-field-length: 2                   | 00010000000261620002000000 0163 | 0001000000026162 00020000000163
					length-field-length: 2; initial-bytes-to-strip: 2; trailer: 03   | 0003616203 00026303        | 6162 63
					length-field-offset: 2; length-field-length: 2; initial-bytes-to-strip: 4 | 000000026162 0000000163 | 6162 63
					length-field-offset: 2; length-field-length: 2; initial-bytes-to-strip: 2; header: D04A | D04A00026162 D04A000163 | 00026162 000163
					length-field-length: 4; length-field-mask: 7FFFFFFF; header: 80000000 | 800000026162 8000000163 | 6162 63
					length-field-offset: 1; length-field-encoding: varint            | 30026162 300163            | 30026162 300163
					length-field-after: "\\x019="; length-field-until: "\\x01"; length-field-encoding: decimal; length-adjustment: 7 | 383D4601393D3101 63 3130 3D303030 01 383D4601393D3001 3130 3D303030 01 | 383D4601393D310163 3130 3D303030 01,383D4601393D3001 3130 3D303030 01
					""")
	void readsAndWrites(String properties, String wire, String payloads) {
		Framing framing = Declared.framing(properties.replace("\"", ""));
		byte[] bytes = hex(wire);
		List<String> expected = new ArrayList<>();
		for (String payload : payloads.split(payloads.contains(",") ? "," : " ")) {
			expected.add(HexFormat.of().formatHex(hex(payload)));
		}
		assertThat(Wire.cut(framing, 100, bytes).summary()).isEqualTo(expected + " and 0");
		for (int first = 0; first <= bytes.length; first++) {
			for (int second = first; second <= bytes.length; second++) {
				assertThat(Wire.cut(framing, 100, bytes, first, second).summary()).isEqualTo(expected + " and 0");
			}
		}
		List<byte[]> written = expected.stream().map(HexFormat.of()::parseHex).toList();
		written.forEach((payload) -> assertThat(framing.refusal(payload)).isNull());
		assertThat(Wire.hex(Wire.write(framing, written))).isEqualTo(HexFormat.of().formatHex(bytes));
		assertThat(Wire.read(framing.deserializer(), bytes).summary()).isEqualTo(expected + " end");
	}

	private static byte[] hex(String text) {
		return HexFormat.of().parseHex(text.replace(" ", ""));
	}

}
