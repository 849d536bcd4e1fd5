package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

	/**
	 * What is read of a wire with a limit of 4 bytes; two first bytes are wanted of more.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					start-delimiter: 0B; delimiter[0]: 1C0D; delimiter[1]: 1C; skip-before-start: true | 0A0B611C0D 20200B621C0A 0B63640D | frame 61, frame 62, 4
					start-delimiter: 0B; delimiter: 1C0D; skip-before-start: true | 0A0A0A                | 0
					start-delimiter: 7878; delimiter: 0D; skip-before-start: true | 78 00 78 78 78 61 0D 78 | frame 7861, 1
					start-delimiter: 7878; delimiter: 0D                  | 7879                 | BAD
					delimiter[0]: 0D0A; delimiter[1]: 0A                  | 610D0A 620A 0D0A 630D | frame 61, frame 62, frame , 2
					delimiter[0]: 0D0A0D; delimiter[1]: 0D0A41            | 610D0A0D0A0A 0D0A41   | frame 61, frame 0a0a
					delimiter: 0D0D; strip-delimiter: false               | 61620D0D 0D0D         | frame 61620d0d, frame 0d0d
					delimiter: 0D0D; strip-delimiter: false               | 6162630D0D 610D0D     | oversize 6162, frame 610d0d
					delimiter: 0D0D                                       | 616263640D0D 61626364650D0D | frame 61626364, oversize 6162
					delimiter: 0A; trailer: 03                            | 61626364030A 6162636465030A 610A | frame 61626364, oversize 6162, BAD
					delimiter: 7E; escape.byte: 7D; escape.xor: 20        | 7D5E7D5D7D5E7D5D7E 7D5E61626364 7E | frame 7e7d7e7d, oversize 7e61
					delimiter: 7E; escape.byte: 7D; escape.map.[01]: 7D; escape.map.[02]: 7E | 617D017E 617D03 | frame 617d, BAD
					delimiter: 7E; escape.byte: 7D; escape.xor: 20        | 617D7E                | BAD
					start-delimiter: 7E; delimiter: 7E; empty-frames: ignore | 7E617E7E7E7E627E   | frame 61, empty 7e7e, frame 62
					delimiter[0]: 0D0A; delimiter[1]: 0A; empty-frames: answer | 610A 0D0A 0A 620A | frame 61, answer 0d0a, answer 0a, frame 62
					delimiter: 0A; empty-frames: answer                   | 0A 610A 0A            | answer 0a, frame 61, answer 0a
					fixed-length: 5                                       | 6162636465 61         | oversize 6162, 1
					fixed-length: 2; trailer: 03                          | 6103 6204             | frame 61, BAD
					first-of[0].starts-with: 02; first-of[0].start-delimiter: 02; first-of[0].delimiter: 03; first-of[1].starts-with: FF; first-of[1].fixed-length: 1 | 026103 FF 0203 FF FF 41 | frame 61, frame ff, frame , frame ff, frame ff, BAD
					""")
	void readsUpToTheLimit(String properties, String wire, String events) {
		Framing framing = Declared.framing(properties);
		byte[] bytes = hex(wire);
		List<String> expected = new ArrayList<>(List.of(events.split(", ?", -1)));
		if (!expected.getLast().matches("[0-9]|BAD")) {
			expected.add("0");
		}
		for (int atOnce = 1; atOnce <= bytes.length; atOnce++) {
			assertThat(DeclaredChecks.cut(framing, 4, 2, bytes, false, atOnce)).as("%d at once", atOnce)
				.isEqualTo(expected);
			assertThat(DeclaredChecks.cut(framing, 4, 2, bytes, true, atOnce)).isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					delimiter[0]: 0D0A; delimiter[1]: 0A | 610A62 | payload contains LF, which ends a frame (mine)
					delimiter[0]: 0A; delimiter[1]: 0D0A | 610D   | payload ends with bytes that are part of a delimiter with those that follow (mine)
					delimiter: 0D0D                      | 610D   | payload ends with bytes that are part of a delimiter with those that follow (mine)
					delimiter: 0D0A; strip-delimiter: false | 61  | payload does not end with a delimiter (mine)
					delimiter: 0D0A; strip-delimiter: false | 0D0A0D0A | payload contains CR LF, which ends a frame (mine)
					delimiter: 0D0A; strip-delimiter: false | 610D0A |
					delimiter: 7E; escape.byte: 7D; escape.xor: 20 | 7D7E7E |
					fixed-length: 2                      | 616263 | payload of 3 bytes is not of 2 bytes (mine)
					first-of[0].starts-with: 7878; first-of[0].fixed-length: 3; first-of[1].starts-with: 79; first-of[1].fixed-length: 2 | 7900 |
					first-of[0].starts-with: 7878; first-of[0].fixed-length: 3; first-of[1].starts-with: 79; first-of[1].fixed-length: 2 | 787900 | payload would be read in another shape than it is written in (mine)
					first-of[0].starts-with: 7878; first-of[0].fixed-length: 3; first-of[1].starts-with: 79; first-of[1].fixed-length: 2 | 7878 | payload of 2 bytes is not of 3 bytes (mine)
					""")
	void refusesWhatWouldBeReadOtherwise(String properties, String payload, String refusal) {
		assertThat(Declared.framing(properties).refusal(hex(payload))).isEqualTo(refusal);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					start-delimiter: 7878; delimiter: 0D | 7879 | BAD: expected 0x7878 to begin a frame, found 0x7879 (mine)
					start-delimiter: 02; delimiter: 0D0D | 41   | BAD: expected STX (0x02) to begin a frame, found 0x41 (mine)
					delimiter: 7E; escape.byte: 7D; escape.xor: 20 | 7D7E | BAD: unknown escape 0x7E (mine)
					delimiter: 0A; trailer: 03           | 610A | BAD: frame does not end with its trailer (mine)
					delimiter[0]: 0A; delimiter[1]: 00   | 6161616161 | TOO_LONG: frame longer than 4 bytes (mine)
					fixed-length: 5                      | 61   | TOO_LONG: frame of 5 bytes exceeds 4 (mine)
					first-of[0].starts-with: 7878; first-of[0].fixed-length: 3; first-of[1].starts-with: [0-9]; first-of[1].fixed-length: 2 | 7879 | BAD: expected a frame to begin with 7878 or [0-9], found 7879 (mine)
					""")
	void saysWhatIsWrong(String properties, String wire, String fault) {
		Framing framing = Declared.framing(properties);
		assertThat(Wire.cut(framing, 4, hex(wire)).fault()).isEqualTo(fault);
		assertThat(Wire.cutBytewise(framing, 4, hex(wire)).fault()).isEqualTo(fault);
	}

	/** Such as 64 letters in each of 900 frames. */
	@ParameterizedTest
	@ValueSource(strings = { "delimiter: 0D0A0D", "delimiter[0]: 0D0A; delimiter[1]: 0A; delimiter[2]: 00",
			"start-delimiter: 7E; delimiter: 7E; escape.byte: 7D; escape.xor: 20", "delimiter: 0A; trailer: 03",
			"fixed-length: 64", "first-of[0].starts-with: 01; first-of[0].fixed-length: 1; "
					+ "first-of[1].starts-with: ??; first-of[1].delimiter: 0A" })
	void wholeFrameCostsItsPayloadOnly(String properties) {
		Framing framing = Declared.framing(properties);
		byte[] payload = "x".repeat(64).getBytes(StandardCharsets.ISO_8859_1);
		byte[] wire = Wire.write(framing, Collections.nCopies(900, payload));
		FrameCutter cutter = framing.cutter(65536);
		FrameSink sink = (frame) -> frame.length == 64;
		long allocated = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			allocated = Math.min(allocated, Allocated.bytes(() -> cutter.cut(wire, 0, wire.length, sink)));
		}
		assertThat(allocated).isLessThan(900 * (64 + 16) + 4096);
		assertThat(cutter.heldBytes()).isZero();
	}

	/** Escapes are held as the bytes that they stand for. */
	@Test
	void memoryGrowsWithWhatIsMeant() {
		Framing framing = Declared.framing("delimiter: 7E; escape.byte: 7D; escape.xor: 20");
		byte[] payload = new byte[1 << 20];
		Arrays.fill(payload, (byte) 0x7E);
		byte[] wire = Wire.write(framing, payload);
		FrameCutter cutter = framing.cutter(payload.length);
		List<byte[]> frames = new ArrayList<>();
		long allocated = Allocated.bytes(() -> {
			for (int at = 0; at < 300_000; at += 1000) {
				cutter.cut(wire, at, at + 1000, frames::add);
			}
		});
		assertThat(cutter.partialBytes()).isEqualTo(300_000);
		assertThat(cutter.heldBytes()).isLessThanOrEqualTo(2 * 150_000);
		assertThat(allocated).isLessThan(4 * 300_000);
		Allocated.bytes(() -> cutter.cut(wire, 300_000, wire.length, frames::add));
		assertThat(frames).hasSize(1).first().isEqualTo(payload);
	}

	private static byte[] hex(String text) {
		return HexFormat.of().parseHex(text.replace(" ", ""));
	}

}
