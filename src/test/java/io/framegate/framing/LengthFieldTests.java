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
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

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
					length-field-offset: 2; length-field-length: 2; initial-bytes-to-strip: 4; header: 00000000 | 000000026162 0000000163 | 6162 63
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

	/** The wire up to the byte that shows the fault. */
	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-length: 3 | 00000B | TOO_LONG: announced length 11 exceeds 10
					length-field-length: 8 | 8000000000000000 | BAD: announced length has more than 63 bits
					length-field-length: 8; length-field-byte-order: little-endian | 00000000000000FF | BAD: announced length has more than 63 bits
					length-field-length: 8 | 7FFFFFFFFFFFFFFF | BAD: announced length 9223372036854775807 is too large
					length-field-length: 8; length-adjustment: -8 | 7FFFFFFFFFFFFFFF | TOO_LONG: announced length 9223372036854775799 exceeds 10
					length-field-length: 8; length-adjustment: 9 | 7FFFFFFFFFFFFFF8 | BAD: announced length 9223372036854775800 is too large
					length-field-length: 4; length-field-byte-order: little-endian | FFFFFFFF | TOO_LONG: announced length 4294967295 exceeds 10
					length-field-length: 4 | FFFFFFFF | BAD: announced length -1 is negative
					length-field-length: 2; length-adjustment: -2 | 0001 | BAD: announced length 1 is less than 2, the least that a frame has
					length-field-offset: 4; length-field-length: 2; length-adjustment: -6 | 000000000005 | BAD: announced length 5 is less than 6, the least that a frame has
					length-field-offset: 4; length-field-length: 2; length-adjustment: -6 | 000000000000 | BAD: announced length 0 is less than 6, the least that a frame has
					length-field-length: 2; trailer: 0D0A | 0001 | BAD: announced length 1 is less than 2, the least that a frame has
					length-field-length: 2; trailer: 0D0A | 0003 61 0A | BAD: expected CR (0x0D) to end the frame, found 0x0A
					length-field-length: 2; trailer: 0D0A | 0003 61 0D 61 | BAD: expected LF (0x0A) to end the frame, found 0x61
					length-field-length: 2; initial-bytes-to-strip: 4; header: 00000000 | 0002 00 01 | BAD: expected 0x00 at offset 3, found 0x01
					length-field-length: 2; length-adjustment: 2; initial-bytes-to-strip: 4; header: 0000 ?? [0-9A] | 0002 FF 42 | BAD: expected 0x30 to 0x39 or 0x41 at offset 3, found 0x42
					length-field-offset: 2; length-field-length: 2; initial-bytes-to-strip: 4; header: D04A | 4A | BAD: expected 0xD0 at offset 0, found 0x4A
					length-field-offset: 2; length-field-length: 2; header: D04A | D0D0 | BAD: expected 0x4A at offset 1, found 0xD0
					length-field-length: 2; length-field-mask: 0FFF | 1001 | BAD: expected 0x00 to 0x0F at offset 0, found 0x10
					length-field-length: 2; length-field-mask: 0FFF; length-field-byte-order: little-endian | 0110 | BAD: expected 0x00 to 0x0F at offset 1, found 0x10
					length-field-length: 4; length-field-encoding: decimal | 3041 | BAD: expected a digit of the length at offset 1, found 0x41
					length-field-length: 4; length-field-encoding: hex | 304147 | BAD: expected a hexadecimal digit of the length at offset 2, found 0x47
					length-field-length: 2; length-field-encoding: bcd | 001A | BAD: expected two decimal digits of the length at offset 1, found 0x1A
					length-field-until: ":"; length-field-encoding: decimal | 3A | BAD: expected a digit of the length at offset 0, found 0x3A
					length-field-until: ":"; length-field-encoding: decimal | 3120 | BAD: expected a digit or ':' of the length at offset 1, found 0x20
					length-field-until: ":"; length-field-encoding: decimal | 3030303030303030303030303030303030303130 | BAD: expected ':' of the length at offset 19, found 0x30
					length-field-until: ":"; length-field-encoding: decimal | 393939393939393939393939393939393939393A | BAD: announced length of 19 digits is too large
					length-field-until: ":"; length-field-encoding: decimal | 31313A | TOO_LONG: announced length 11 exceeds 10
					length-field-encoding: varint | FFFFFFFFFF | BAD: announced length has more than 5 bytes
					length-field-encoding: varint | FFFFFFFF7F | TOO_LONG: announced length 34359738367 exceeds 10
					length-field-offset: 1; length-field-encoding: varint; initial-bytes-to-strip: all; header: 30 | 31 | BAD: expected 0x30 at offset 0, found 0x31
					""")
	void saysWhatIsWrong(String properties, String wire, String fault) {
		Framing framing = Declared.framing(properties.replace("\"", ""));
		byte[] bytes = hex(wire);
		assertThat(Wire.cut(framing, 10, bytes).fault()).isEqualTo(fault + " (mine)");
		assertThat(Wire.cutBytewise(framing, 10, bytes).fault()).isEqualTo(fault + " (mine)");
		assertThat(Wire.cut(framing, 10, Arrays.copyOf(bytes, bytes.length + 40)).fault()).isEqualTo(fault + " (mine)");
		// One byte less was no fault yet.
		Wire.Outcome before = Wire.cut(framing, 10, Arrays.copyOf(bytes, bytes.length - 1));
		assertThat(before.summary()).isEqualTo("[] and " + (bytes.length - 1));
	}

	@Test
	void looksForAMarkerInTheFirst256Bytes() {
		String properties = "length-field-after: 9=; length-field-until: \\x01; length-field-encoding: decimal";
		Framing framing = Declared.framing(properties);
		byte[] last = ("x".repeat(254) + "9=1\u0001y").getBytes(StandardCharsets.ISO_8859_1);
		assertThat(Wire.cut(framing, 1000, last).frames()).containsExactly(Wire.hex(last));
		assertThat(Wire.cutBytewise(framing, 1000, last).frames()).containsExactly(Wire.hex(last));
		assertThat(framing.refusal(last)).isNull();
		byte[] late = ("x".repeat(255) + "9=1\u0001y").getBytes(StandardCharsets.ISO_8859_1);
		String fault = "BAD: expected '9' '=' within 256 bytes (mine)";
		assertThat(Wire.cut(framing, 1000, late).fault()).isEqualTo(fault);
		assertThat(Wire.cutBytewise(framing, 1000, Arrays.copyOf(late, 256)).fault()).isEqualTo(fault);
		assertThat(Wire.cut(framing, 1000, Arrays.copyOf(late, 255)).partialBytes()).isEqualTo(255);
		assertThat(framing.refusal(late)).isEqualTo("payload has no '9' '=' in its first 256 bytes (mine)");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-length: 1 | 256 | payload of 256 bytes exceeds 255
					length-field-length: 1 | 255 |
					length-field-length: 1; length-adjustment: -1 | 255 | payload of 255 bytes exceeds 254
					length-field-length: 1; length-adjustment: -1 | 254 |
					length-field-length: 1; length-adjustment: -1 | 0 |
					length-field-length: 1; trailer: 0D | 255 | payload of 255 bytes exceeds 254
					length-field-length: 1; initial-bytes-to-strip: 3; header: 000000; length-adjustment: 2 | 256 | payload of 256 bytes exceeds 255
					length-field-length: 1; initial-bytes-to-strip: 3; header: 000000; length-adjustment: 2 | 255 |
					length-field-length: 1; initial-bytes-to-strip: 3; header: 000000 | 254 | payload of 254 bytes exceeds 253
					length-field-length: 2; length-adjustment: 4 | 3 | payload of 3 bytes is shorter than 4
					length-field-length: 2; length-adjustment: 4 | 4 |
					length-field-length: 2; length-field-mask: 0FFF | 4096 | payload of 4096 bytes exceeds 4095
					length-field-length: 3; length-field-encoding: decimal | 1000 | payload of 1000 bytes exceeds 999
					length-field-length: 3; length-field-encoding: decimal | 999 |
					length-field-length: 2; length-field-encoding: hex | 256 | payload of 256 bytes exceeds 255
					length-field-length: 1; length-field-encoding: bcd | 100 | payload of 100 bytes exceeds 99
					length-field-encoding: varint | 100000 |
					length-field-until: ","; length-field-encoding: decimal | 100000 |
					""")
	void refusesWhatItsLengthCannotSay(String properties, int length, String refusal) {
		Framing framing = Declared.framing(properties.replace("\"", ""));
		byte[] payload = new byte[length];
		assertThat(framing.refusal(payload)).isEqualTo((refusal != null) ? refusal + " (mine)" : null);
		if (refusal == null) {
			byte[] wire = Wire.write(framing, payload, payload);
			assertThat(Wire.cut(framing, 1 << 20, wire).summary())
				.isEqualTo(List.of(Wire.hex(payload), Wire.hex(payload)) + " and 0");
		}
	}

	/** A field that is kept must agree with the payload. */
	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-offset: 4; length-field-length: 2 | 000100000002 61 | payload's length field is 2, but 1 would be right
					length-field-offset: 4; length-field-length: 2 | 000100000002 616263 | payload's length field is 2, but 3 would be right
					length-field-offset: 4; length-field-length: 2 | 000100000002 6162 |
					length-field-offset: 4; length-field-length: 2 | 0001000000 | payload of 5 bytes ends before its length field does
					length-field-offset: 4; length-field-length: 2 | '' | payload of 0 bytes ends before its length field does
					length-field-offset: 4; length-field-length: 2; header: ????0000 | 000100010001 61 | payload's header: expected 0x00 at offset 3, found 0x01
					length-field-offset: 2; length-field-length: 2; header: D04A; initial-bytes-to-strip: 1 | 4A 0001 61 |
					length-field-offset: 2; length-field-length: 2; header: D04A; initial-bytes-to-strip: 1 | D0 0001 61 | payload's header: expected 0x4A at offset 0, found 0xD0
					length-field-offset: 1; length-field-length: 1; length-adjustment: -2; trailer: 03 | 30 04 61 |
					length-field-offset: 1; length-field-length: 1; length-adjustment: -2; trailer: 03 | 30 03 61 | payload's length field is 3, but 4 would be right
					length-field-offset: 1; length-field-length: 2; length-field-encoding: decimal | 30 3058 61 | payload's length field: expected a digit of the length at offset 2, found 0x58
					length-field-offset: 1; length-field-encoding: varint | 30 8100 61 |
					length-field-offset: 1; length-field-encoding: varint | 30 FF | payload of 2 bytes ends before its length field does
					length-field-offset: 3; length-field-until: ","; length-field-encoding: decimal; length-adjustment: -1 | 242441 342C 616263 |
					length-field-offset: 3; length-field-until: ","; length-field-encoding: decimal; length-adjustment: -1 | 242441 332C 616263 | payload's length field is 3, but 4 would be right
					length-field-offset: 0; length-field-length: 4; length-adjustment: -4; initial-bytes-to-strip: 0 | 00000010 00000015 00000000 00000001 |
					length-field-offset: 0; length-field-length: 4; length-adjustment: -4; initial-bytes-to-strip: 0 | 00000000 | payload's length field is 0, but 4 would be right
					""")
	void refusesAPayloadWhoseFieldIsNotRight(String properties, String payload, String refusal) {
		Framing framing = Declared.framing(properties.replace("\"", ""));
		byte[] bytes = hex(payload);
		assertThat(framing.refusal(bytes)).isEqualTo((refusal != null) ? refusal + " (mine)" : null);
		if (refusal == null) {
			assertThat(Wire.cut(framing, 100, Wire.write(framing, bytes, bytes)).frames())
				.containsExactly(Wire.hex(bytes), Wire.hex(bytes));
		}
	}

	@Test
	void amexPollsWithAFieldOfZero() {
		String amex = "length-field-length: 2; length-adjustment: -2";
		byte[] wire = hex("0000 0003 61 0002 0000");
		assertThat(DeclaredChecks.cut(Declared.framing(amex), 10, -1, wire, false, 100)).containsExactly("frame ",
				"frame 61", "frame ", "frame ", "0");
		for (int piece = 1; piece < wire.length; piece++) {
			assertThat(
					DeclaredChecks.cut(Declared.framing(amex + "; empty-frames: answer"), 10, -1, wire, false, piece))
				.containsExactly("answer 0000", "frame 61", "answer 0002", "answer 0000", "0");
			assertThat(DeclaredChecks.cut(Declared.framing(amex + "; empty-frames: ignore"), 10, -1, wire, true, piece))
				.containsExactly("empty 0000", "frame 61", "empty 0002", "empty 0000", "0");
		}
		assertThat(Wire.hex(Wire.write(Declared.framing(amex), new byte[0]))).isEqualTo("0000");
	}

	@Test
	void pollsEndWithTheirFieldWhateverElseIsDeclared() {
		String base24 = "length-field-length: 2; trailer: 03; empty-frames: answer";
		assertThat(DeclaredChecks.cut(Declared.framing(base24), 10, -1, hex("0000 0002 6103 0001 03"), false, 100))
			.containsExactly("answer 0000", "frame 61", "answer 000103", "0");
		String visa = "length-field-length: 2; length-adjustment: 2; initial-bytes-to-strip: 4; header: 00000000; empty-frames: answer";
		assertThat(DeclaredChecks.cut(Declared.framing(visa), 10, -1, hex("00000000 0001000061"), false, 3))
			.containsExactly("answer 00000000", "frame 61", "0");
		String kept = "length-field-offset: 2; length-field-length: 2; length-adjustment: -4; empty-frames: ";
		assertThat(DeclaredChecks.cut(Declared.framing(kept + "ignore"), 10, -1, hex("41420000 4142000561"), false, 9))
			.containsExactly("empty 41420000", "frame 4142000561", "0");
		assertThat(DeclaredChecks.cut(Declared.framing(kept + "pass"), 10, -1, hex("41420000"), false, 9))
			.containsExactly("BAD");
	}

	@ParameterizedTest
	@MethodSource("declared")
	void aFrameMayBeExactlyAsLongAsTheLimit(String properties) {
		Framing framing = Declared.framing(properties);
		for (int limit : new int[] { 8, 9, 100, 200 }) {
			byte[] exact = Wire.write(framing, payload(framing, limit), payload(framing, limit));
			byte[] over = Wire.write(framing, payload(framing, limit), payload(framing, limit + 1));
			Wire.Outcome outcome = Wire.cutBytewise(framing, limit, over);
			assertThat(outcome.frames()).hasSize(1);
			assertThat(outcome.fault()).startsWith("TOO_LONG").contains(String.valueOf(limit));
			for (int boundary = 0; boundary < over.length; boundary++) {
				assertThat(Wire.cut(framing, limit, exact, Math.min(boundary, exact.length)).frames()).hasSize(2);
				assertThat(Wire.cut(framing, limit, over, boundary).summary()).isEqualTo(outcome.summary());
			}
		}
	}

	@ParameterizedTest
	@MethodSource("declared")
	void aWholeFrameCostsItsPayloadOnly(String properties) throws FrameException {
		Framing framing = Declared.framing(properties);
		byte[] one = payload(framing, 64);
		byte[] wire = Wire.write(framing, Collections.nCopies(900, one));
		FrameCutter cutter = framing.cutter(65536);
		FrameSink sink = (payload) -> payload.length == 64;
		long allocated = Long.MAX_VALUE;
		// The JVM itself allocates here now and then, as when it links what runs first.
		for (int i = 0; i < 5; i++) {
			allocated = Math.min(allocated, Allocated.bytes(() -> cutter.cut(wire, 0, wire.length, sink)));
		}
		assertThat(cutter.heldBytes()).isZero();
		// 64 bytes and an array's header each, and little else altogether.
		assertThat(allocated).isLessThan(900 * (64 + 16) + 4096);
	}

	@ParameterizedTest
	@MethodSource("declared")
	void memoryGrowsWithWhatArrives(String properties) throws FrameException {
		Framing framing = Declared.framing(properties);
		int length = (framing.refusal(payload(framing, 1 << 20)) == null) ? 1 << 20 : 9000;
		byte[] wire = Wire.write(framing, payload(framing, length));
		long allocated = Long.MAX_VALUE;
		// The JVM itself allocates here now and then, as when it links what runs first.
		for (int i = 0; i < 5; i++) {
			FrameCutter cutter = framing.cutter(Integer.MAX_VALUE);
			allocated = Math.min(allocated, Allocated.bytes(() -> {
				for (int at = 0; at < 8000; at += 1000) {
					cutter.cut(wire, at, at + 1000, (payload) -> true);
				}
			}));
			assertThat(cutter.partialBytes()).isEqualTo(8000);
			assertThat(cutter.heldBytes()).isLessThan(2 * 8192);
		}
		// Twice what arrived, and the arrays given up on the way there.
		assertThat(allocated).isLessThan(4 * 8192);
	}

	@Test
	void bytesPassedOverAreCountedAndNotHeld() throws FrameException {
		Framing framing = Declared.framing("length-field-until: :; length-field-encoding: decimal; trailer: 2C");
		FrameCutter cutter = framing.cutter(10);
		byte[] header = "5000001:".getBytes(StandardCharsets.US_ASCII);
		List<String> taken = new ArrayList<>();
		FrameSink sink = new FrameSink() {

			@Override
			public boolean frame(byte[] payload) {
				return taken.add("frame " + Wire.hex(payload));
			}

			@Override
			public int wantedOfOversize() {
				return 2;
			}

			@Override
			public boolean oversize(byte[] start, String fault) {
				return taken.add(Wire.hex(start) + " " + fault);
			}

		};
		cutter.cut(header, 0, header.length, sink);
		byte[] chunk = new byte[100_000];
		for (int i = 0; i < 50; i++) {
			assertThat(cutter.partialBytes()).isEqualTo(header.length + i * chunk.length);
			assertThat(cutter.heldBytes()).isLessThan(100);
			cutter.cut(chunk, 0, chunk.length, sink);
		}
		byte[] rest = ",3:ab,".getBytes(StandardCharsets.US_ASCII);
		cutter.cut(rest, 0, rest.length, sink);
		assertThat(taken).containsExactly("0000 announced length 5000000 exceeds 10 (mine)", "frame 6162");
		assertThat(cutter.partialBytes()).isZero();
		assertThat(cutter.heldBytes()).isZero();
	}

	@Test
	void anAnnouncedLengthAloneCostsNothing() throws FrameException {
		byte[] header = hex("0000000040000000 616263");
		FrameCutter cutter = Declared.framing("length-field-length: 8").cutter(Integer.MAX_VALUE);
		long allocated = Allocated.bytes(() -> cutter.cut(header, 0, header.length, (payload) -> true));
		assertThat(cutter.partialBytes()).isEqualTo(11);
		assertThat(allocated).isLessThan(64 * 1024);
	}

	@Test
	void tellsWhatUnreadableBytesLookLike() {
		Framing framing = Declared.framing("length-field-length: 4; length-field-encoding: decimal");
		byte[] hello = hex("16030100C5010000C10303");
		assertThatExceptionOfType(FrameException.class)
			.isThrownBy(() -> framing.cutter(100).cut(hello, 0, hello.length, (payload) -> true))
			.satisfies((ex) -> assertThat(ex.resemblance()).isEqualTo("looks like a TLS ClientHello"));
		Framing modbus = Declared.framing("length-field-offset: 4; length-field-length: 2");
		byte[] get = "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII);
		FrameCutter cutter = modbus.cutter(100_000);
		assertThat(cutter.resemblance()).isEmpty();
		for (int i = 0; i < get.length; i++) {
			int at = i;
			assertThatNoException().isThrownBy(() -> cutter.cut(get, at, at + 1, (payload) -> true));
		}
		assertThat(cutter.resemblance()).isEqualTo("looks like an HTTP request");
	}

	static List<String> declared() {
		return List.of("length-field-length: 2", "length-field-length: 3",
				"length-field-length: 4; length-field-byte-order: little-endian",
				"length-field-length: 4; length-field-encoding: decimal",
				"length-field-length: 4; length-field-encoding: hex",
				"length-field-length: 3; length-field-encoding: bcd", "length-field-encoding: varint",
				"length-field-until: :; length-field-encoding: decimal; length-adjustment: 1; trailer: 2C",
				"length-field-length: 2; length-adjustment: 2; initial-bytes-to-strip: 4; header: 00000000",
				"length-field-length: 2; length-field-mask: 7FFF", "length-field-length: 2; length-adjustment: -2",
				"length-field-offset: 4; length-field-length: 2",
				"length-field-offset: 1; length-field-length: 2; length-field-byte-order: little-endian; header: 01",
				"length-field-after: \\x019=; length-field-until: \\x01; length-field-encoding: decimal");
	}

	/** A payload of such a length, with its field in it if that is kept. */
	private static byte[] payload(Framing framing, int length) {
		byte[] payload = new byte[length];
		if (framing.refusal(payload) == null) {
			return payload;
		}
		String marked = "\u00019=%d\u0001".formatted(length - 5);
		marked = "\u00019=%d\u0001".formatted(length - marked.length());
		List<byte[]> heads = List.of(marked.getBytes(StandardCharsets.ISO_8859_1),
				Wire.bytes(0, 0, 0, 0, length - 6 >> 8, length - 6), Wire.bytes(1, length - 3, length - 3 >> 8));
		for (byte[] head : heads) {
			byte[] headed = payload.clone();
			System.arraycopy(head, 0, headed, 0, head.length);
			if (framing.refusal(headed) == null) {
				return headed;
			}
		}
		return payload;
	}

	private static byte[] hex(String text) {
		return HexFormat.of().parseHex(text.replace(" ", ""));
	}

}
