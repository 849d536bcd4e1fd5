package io.framegate.framing;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames between delimiters, of one length, and of several shapes, by each property that
 * declares them.
 */
class DelimiterTests {

	/** The wire of some frames and their payloads, in hex. */
	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					delimiter: 0D0A                                     | 61620D0A 0D0A 630D0A       | 6162 - 63
					delimiter: 03                                       | 6162 03 03 63 03           | 6162 - 63
					start-delimiter: 02; delimiter: 03                  | 02616203 0203 026303       | 6162 - 63
					delimiter: 0D0A0D0A                                 | 610D0A0D0A 0D0A0D0A 0D0A620D0A0D0A | 61 - 0D0A62
					delimiter: 0D0D                                     | 610D0D 0D0D 0D620D0D         | 61 - 0D62
					delimiter: text:</isomsg>                           | 3C2F69736F6D7367 3C2F69736F6D73673E | 3C2F69736F6D7367
					delimiter: text:</isomsg>; strip-delimiter: false   | 613C2F69736F6D73673E 3C2F69736F6D73673E | 613C2F69736F6D73673E 3C2F69736F6D73673E
					start-delimiter: 7878; delimiter: 0D0A              | 7878610D0A 78780D0A 787878780D0A | 61 - 7878
					start-delimiter: 0B; delimiter: 1C0D; skip-before-start: true | 0B61621C0D 0B1C0D     | 6162 -
					start-delimiter: 7E; delimiter: 7E; escape.byte: 7D; escape.map.[01]: 7D; escape.map.[02]: 7E | 7E61627E 7E7E 7E7D017D027E 7E617D02627E | 6162 - 7D7E 617E62
					start-delimiter: 24; delimiter: 23; escape.byte: 3D; escape.xor: 3D | 2461623D0023 243D193D1E0123 2423 | 61623D 242301 -
					delimiter: 0A; trailer: 03                          | 6162030A 030A                | 6162 -
					fixed-length: 3                                     | 616263 000000                | 616263 000000
					fixed-length: 3; trailer: 03                        | 616203 030303                | 6162 0303
					first-of[0].starts-with: 7878; first-of[0].length-field-offset: 2; first-of[0].length-field-length: 1; first-of[0].length-adjustment: 2; \
					first-of[1].starts-with: 7979; first-of[1].length-field-offset: 2; first-of[1].length-field-length: 2; first-of[1].length-adjustment: 2 | 787801610D0A 79790001620D0A | 787801610D0A 79790001620D0A
					first-of[0].starts-with: [0-9]; first-of[0].length-field-until: \\x20; first-of[0].length-field-encoding: decimal; first-of[0].initial-bytes-to-strip: all; \
					first-of[1].starts-with: ??; first-of[1].delimiter: 0A | 32206162 30 20 31203C          | 6162 - 3C
					first-of[0].starts-with: text:AMQP; first-of[0].fixed-length: 8; first-of[1].starts-with: ??; first-of[1].length-field-offset: 3; first-of[1].length-field-length: 4; \
					first-of[1].length-adjustment: 1; first-of[1].trailer: CE               | 414D515000000901 010000 00000002 6162 CE 414D5100000000CE | 414D515000000901 010000000000026162 414D5100000000
					""")
	void readsAndWrites(String properties, String wire, String payloads) {
		Framing framing = Declared.framing(properties);
		byte[] bytes = hex(wire);
		List<String> expected = new ArrayList<>();
		for (String payload : payloads.split(" ")) {
			expected.add(payload.equals("-") ? "" : HexFormat.of().formatHex(hex(payload)));
		}
		assertThat(Wire.cut(framing, 100, bytes).summary()).isEqualTo(expected + " and 0");
		for (int first = 0; first <= bytes.length; first++) {
			assertThat(Wire.cutStopping(framing, 100, bytes, first).summary()).isEqualTo(expected + " and 0");
			for (int second = first; second <= bytes.length; second++) {
				assertThat(Wire.cut(framing, 100, bytes, first, second).summary()).isEqualTo(expected + " and 0");
			}
		}
		assertThat(Wire.cutBytewise(framing, 100, bytes).summary()).isEqualTo(expected + " and 0");
		List<byte[]> written = expected.stream().map(HexFormat.of()::parseHex).toList();
		written.forEach((payload) -> assertThat(framing.refusal(payload)).isNull());
		assertThat(Wire.hex(Wire.write(framing, written))).isEqualTo(HexFormat.of().formatHex(bytes));
		assertThat(Wire.read(framing.deserializer(), bytes).summary()).isEqualTo(expected + " end");
	}

	private static byte[] hex(String text) {
		return HexFormat.of().parseHex(text.replace(" ", ""));
	}

}
