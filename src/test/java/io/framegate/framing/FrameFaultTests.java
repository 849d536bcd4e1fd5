package io.framegate.framing;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

import io.framegate.framing.FrameException.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What cannot be cut or carried is said clearly, and as early as it is certain.
 */
class FrameFaultTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			stx-etx | false | 41             | BAD: expected STX (0x02) to begin a frame, found 0x41 (stx-etx)
			mllp    | false | 41             | BAD: expected VT (0x0B) to begin a frame, found 0x41 (mllp)
			mllp    | false | 0b611c0dff     | BAD: expected VT (0x0B) to begin a frame, found 0xFF (mllp)
			length4 | false | ffffffff       | BAD: announced length -1 is negative (length4)
			length4 | true  | 80000000       | BAD: announced length -2147483648 is negative (length4)
			length4 | true  | 00000003       | BAD: announced length 3 is less than its own header of 4 bytes (length4)
			length2 | true  | 0001           | BAD: announced length 1 is less than its own header of 2 bytes (length2)
			length1 | true  | 00             | BAD: announced length 0 is less than its own header of 1 bytes (length1)
			length4 | false | 0000000b       | TOO_LONG: announced length 11 exceeds 10 (length4)
			length4 | true  | 0000000f       | TOO_LONG: announced length 11 exceeds 10 (length4)
			length2 | false | ffff           | TOO_LONG: announced length 65535 exceeds 10 (length2)
			length1 | false | ff             | TOO_LONG: announced length 255 exceeds 10 (length1)
			lf      | false | 6161616161616161616161     | TOO_LONG: frame longer than 10 bytes (lf)
			crlf    | false | 6161616161616161616161     | TOO_LONG: frame longer than 10 bytes (crlf)
			crlf    | false | 616161616161616161610d61   | TOO_LONG: frame longer than 10 bytes (crlf)
			mllp    | false | 0b616161616161616161611c1c | TOO_LONG: frame longer than 10 bytes (mllp)
			stx-etx | false | 026161616161616161616161   | TOO_LONG: frame longer than 10 bytes (stx-etx)
			""")
	void saysWhatIsWrong(String name, boolean inclusive, String wire, String fault) {
		Framing framing = Framings.named(name, inclusive);
		byte[] bytes = HexFormat.of().parseHex(wire);
		assertThat(Wire.cut(framing, 10, bytes).fault()).isEqualTo(fault);
		assertThat(Wire.cutBytewise(framing, 10, bytes).fault()).isEqualTo(fault);
		// One byte less was no fault yet.
		assertThat(Wire.cut(framing, 10, Arrays.copyOf(bytes, bytes.length - 1)).fault()).isNull();
	}

	@Test
	void aCarriageReturnAfterTheLimitMayStillEndTheFrame() {
		assertThat(Wire.cut(new CrLfFraming(), 2, "abcr".replace('c', '\r').replace('r', '\n').getBytes(), 3).frames())
			.containsExactly("6162");
		assertThat(Wire.cut(new CrLfFraming(), 2, "ab\r\r\n".getBytes(), 3).fault()).startsWith("TOO_LONG");
		assertThat(Wire.cut(new CrLfFraming(), 3, "ab\r\r\n".getBytes(), 3).frames()).containsExactly("61620d");
	}

	@Test
	void handsOverTheFramesBeforeTheFault() {
		Wire.Outcome outcome = Wire.cut(new MllpFraming(), 10, Wire.bytes(0x0B, 'a', 0x1C, 0x0D, 'x'));
		assertThat(outcome.frames()).containsExactly("61");
		assertThat(outcome.fault()).startsWith("BAD");
	}

	@Test
	void aFaultKnowsItsKindAndCostsNoStackTrace() {
		assertThatExceptionOfType(FrameException.class)
			.isThrownBy(() -> new MllpFraming().cutter(10).cut(new byte[1], 0, 1, (payload) -> true))
			.satisfies((ex) -> assertThat(ex.fault()).isEqualTo(Fault.BAD))
			.satisfies((ex) -> assertThat(ex.getStackTrace()).isEmpty());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			crlf    | false | 610d0a62 | payload contains CR LF, which ends a frame (crlf)
			crlf    | false | 0d0d0a   | payload contains CR LF, which ends a frame (crlf)
			lf      | false | 610a     | payload contains LF, which ends a frame (lf)
			nul     | false | 00       | payload contains NUL, which ends a frame (nul)
			stx-etx | false | 0361     | payload contains ETX, which ends a frame (stx-etx)
			mllp    | false | 611c0d61 | payload contains FS CR, which ends a frame (mllp)
			crlf    | false | 610a0d   |
			crlf    | false | 0d       |
			mllp    | false | 0b0d1c   |
			stx-etx | false | 0202     |
			lf      | false | 0d00     |
			nul     | false | 0d0a     |
			length2 | true  | 00       |
			stream  | false | 0d0a00   |
			stream  | false | ''       |
			crlf    | false | ''       |
			""")
	void refusesWhatItCannotCarry(String name, boolean inclusive, String payload, String refusal) {
		byte[] bytes = HexFormat.of().parseHex(payload);
		assertThat(Framings.named(name, inclusive).refusal(bytes)).isEqualTo(refusal);
	}

	@ParameterizedTest
	@CsvSource({ "length1, false, 255", "length1, true, 254", "length2, false, 65535", "length2, true, 65533" })
	void aLengthHasALimitOfItsOwn(String name, boolean inclusive, int longest) {
		Framing framing = Framings.named(name, inclusive);
		assertThat(framing.refusal(new byte[longest])).isNull();
		assertThat(framing.refusal(new byte[longest + 1])).isEqualTo("payload of %d bytes exceeds %d (%s)", longest + 1,
				longest, name);
		assertThat(Wire.cut(framing, 1 << 20, Wire.write(framing, new byte[longest])).frames()).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void refusesATerminatorAnywhere(Variant variant) {
		if (!(variant.framing() instanceof DelimitedFraming framing)) {
			return;
		}
		byte[] end = new byte[4];
		int length = framing.suffix(new byte[0], end, 0);
		for (int size = length; size < 30; size++) {
			for (int at = 0; at + length <= size; at++) {
				byte[] payload = new byte[size];
				Arrays.fill(payload, (byte) (end[0] + 1));
				assertThat(framing.refusal(payload)).isNull();
				System.arraycopy(end, 0, payload, at, length);
				assertThat(framing.refusal(payload)).as("at %d of %d", at, size).isNotNull();
			}
		}
	}

	@Test
	void namesWhatThereIs() {
		assertThatIllegalArgumentException().isThrownBy(() -> Framings.named("crfl", false))
			.withMessage(
					"No framing 'crfl'; there are crlf, lf, nul, stx-etx, mllp, length1, length2, length4, stream");
		assertThatIllegalArgumentException().isThrownBy(() -> Framings.named("crlf", true))
			.withMessage("Framing 'crlf' has no length that could include its header");
	}

	@Test
	void framingsAreWhatTheirNamesSay() {
		Map<String, String> wires = Map.of("crlf", "61620d0a", "lf", "61620a", "nul", "616200", "stx-etx", "02616203",
				"mllp", "0b61621c0d", "length1", "026162", "length2", "00026162", "length4", "000000026162", "stream",
				"6162");
		assertThat(wires).containsOnlyKeys(Framings.NAMES);
		wires.forEach((name, wire) -> assertThat(Wire.hex(Wire.write(Framings.named(name, false), "ab".getBytes())))
			.isEqualTo(wire));
		assertThat(Wire.hex(Wire.write(Framings.named("length2", true), "ab".getBytes()))).isEqualTo("00046162");
	}

}
