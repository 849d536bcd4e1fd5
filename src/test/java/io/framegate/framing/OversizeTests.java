package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Frames that are longer than the limit, where they are passed over.
 */
class OversizeTests {

	private static final int LIMIT = 10;

	private static final class Taken implements FrameSink {

		private final List<String> all = new ArrayList<>();

		private boolean stopping;

		@Override
		public boolean frame(byte[] payload) {
			this.all.add(new String(payload, StandardCharsets.ISO_8859_1));
			return !this.stopping;
		}

		@Override
		public int wantedOfOversize() {
			return 4;
		}

		@Override
		public boolean oversize(byte[] start, String fault) {
			this.all.add("too long: " + new String(start, StandardCharsets.ISO_8859_1));
			return !this.stopping;
		}

	}

	private static byte[] wire(Framing framing, String... payloads) {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		byte[] around = new byte[framing.overhead()];
		for (String payload : payloads) {
			byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
			wire.write(around, 0, framing.prefix(bytes, around, 0));
			wire.writeBytes(bytes);
			wire.write(around, 0, framing.suffix(bytes, around, 0));
		}
		return wire.toByteArray();
	}

	private static List<String> cut(FrameCutter cutter, byte[] wire, int atOnce, boolean stopping)
			throws FrameException {
		Taken taken = new Taken();
		taken.stopping = stopping;
		for (int from = 0; from < wire.length;) {
			int to = Math.min(wire.length, from + atOnce);
			// Other bytes around: what is outside must not matter.
			byte[] input = new byte[to - from + 8];
			new Random(from).nextBytes(input);
			System.arraycopy(wire, from, input, 4, to - from);
			from += cutter.cut(input, 4, 4 + to - from, taken) - 4;
		}
		return taken.all;
	}

	@ParameterizedTest
	@ValueSource(strings = { "length1", "length2", "length4", "crlf", "lf", "nul", "stx-etx", "mllp" })
	void frameThatIsTooLongIsPassedOverHoweverItIsSplit(String name) throws FrameException {
		Framing framing = Framings.named(name, false);
		byte[] wire = wire(framing, "one", "0123456789", "01234567890", "two", "x".repeat(100), "y".repeat(101), "",
				"abcdefghijk\r\r\r", "\r\u001c three");
		for (int atOnce = 1; atOnce <= wire.length; atOnce++) {
			for (boolean stopping : new boolean[] { false, true }) {
				FrameCutter cutter = framing.cutter(LIMIT);
				assertThat(cut(cutter, wire, atOnce, stopping)).as("%d at once", atOnce)
					.containsExactly("one", "0123456789", "too long: 0123", "two", "too long: xxxx", "too long: yyyy",
							"", "too long: abcd", "\r\u001c three");
				assertThat(cutter.partialBytes()).isZero();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "length4", "mllp" })
	void bytesPassedOverAreCountedAndNotHeld(String name) throws FrameException {
		Framing framing = Framings.named(name, false);
		byte[] wire = wire(framing, "z".repeat(5_000_000));
		FrameCutter cutter = framing.cutter(LIMIT);
		assertThat(cut(cutter, Arrays.copyOf(wire, 4_000_000), 65_536, false)).isEmpty();
		assertThat(cutter.partialBytes()).isEqualTo(4_000_000);
		assertThat(cut(cutter, Arrays.copyOfRange(wire, 4_000_000, wire.length), 65_536, false))
			.containsExactly("too long: zzzz");
	}

	@ParameterizedTest
	@CsvSource({ "10, 67108864, true", "10, 67108865, false", "10, 1213486160, false", "10, 2147483647, false",
			"10000000, 160000000, true", "10000000, 160000001, false" })
	void lengthThatIsAbsurdIsAFault(int limit, int announced, boolean passedOver) throws FrameException {
		FrameCutter cutter = new LengthFraming(4).cutter(limit);
		byte[] header = ByteBuffer.allocate(4).putInt(announced).array();
		if (passedOver) {
			assertThat(cutter.cut(header, 0, 4, new Taken())).isEqualTo(4);
		}
		else {
			assertThatExceptionOfType(FrameException.class).isThrownBy(() -> cutter.cut(header, 0, 4, new Taken()))
				.satisfies((ex) -> assertThat(ex.fault()).isEqualTo(FrameException.Fault.TOO_LONG));
		}
	}

	@Test
	void frameThatNeverEndsIsAFault() {
		FrameCutter cutter = new CrLfFraming().cutter(LIMIT);
		byte[] chunk = new byte[1024 * 1024];
		Taken taken = new Taken();
		assertThatExceptionOfType(FrameException.class).isThrownBy(() -> {
			for (int i = 0; i < 65; i++) {
				cutter.cut(chunk, 0, chunk.length, taken);
			}
		}).satisfies((ex) -> assertThat(cutter.partialBytes()).isEqualTo(65 * chunk.length));
		assertThat(taken.all).isEmpty();
	}

}
