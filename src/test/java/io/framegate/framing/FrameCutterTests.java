package io.framegate.framing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Frames come out as they went in, however their bytes arrive.
 */
class FrameCutterTests {

	private static final long SEED = 20261123L;

	/** Looks much like delimiters, but is in no framing's way. */
	private static final List<byte[]> PAYLOADS = List.of(Wire.bytes('a'), Wire.bytes(), Wire.bytes('b', '\r'),
			Wire.bytes('\r'), Wire.bytes(), Wire.bytes(), Wire.bytes(0x1C), Wire.bytes(0x02, 0x0B, 0x1C),
			"a frame longer than a word".getBytes(), Wire.bytes('\r', '\r'));

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void inputsMaySplitAnywhere(Variant variant) {
		byte[] wire = Wire.write(variant.framing(), PAYLOADS);
		for (int first = 0; first <= wire.length; first++) {
			for (int second = first; second <= wire.length; second++) {
				Wire.Outcome outcome = Wire.cut(variant.framing(), 26, wire, first, second);
				assertThat(outcome.fault()).isNull();
				assertThat(outcome.frames()).as("split at %d and %d", first, second).isEqualTo(Wire.hex(PAYLOADS));
				assertThat(outcome.partialBytes()).isZero();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void inputsMayBeSingleBytes(Variant variant) {
		Wire.Outcome outcome = Wire.cutBytewise(variant.framing(), 26, Wire.write(variant.framing(), PAYLOADS));
		assertThat(outcome.fault()).isNull();
		assertThat(outcome.frames()).isEqualTo(Wire.hex(PAYLOADS));
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void stopsRightAfterAFrameAndGoesOn(Variant variant) {
		byte[] wire = Wire.write(variant.framing(), PAYLOADS);
		for (int boundary = 0; boundary <= wire.length; boundary++) {
			Wire.Outcome outcome = Wire.cutStopping(variant.framing(), 26, wire, boundary);
			assertThat(outcome.frames()).isEqualTo(Wire.hex(PAYLOADS));
		}
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void returnsTheIndexAfterTheFrameThatStopped(Variant variant) throws FrameException {
		byte[] wire = Wire.write(variant.framing(), "one".getBytes(), "two".getBytes());
		FrameCutter cutter = variant.framing().cutter(100);
		List<String> frames = new ArrayList<>();
		int at = cutter.cut(wire, 0, wire.length, (payload) -> {
			assertThat(cutter.partialBytes()).isZero();
			frames.add(new String(payload));
			return false;
		});
		assertThat(at).isEqualTo(wire.length / 2);
		assertThat(frames).containsExactly("one");
		assertThat(cutter.cut(wire, at, wire.length, (payload) -> frames.add(new String(payload))))
			.isEqualTo(wire.length);
		assertThat(frames).containsExactly("one", "two");
		assertThat(cutter.cut(wire, 1, 1, (payload) -> frames.add(""))).isEqualTo(1);
		assertThat(frames).hasSize(2);
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void countsTheBytesHeldOfAFrame(Variant variant) throws FrameException {
		byte[] wire = Wire.write(variant.framing(), "one".getBytes(), new byte[0], "longer".getBytes());
		FrameCutter cutter = variant.framing().cutter(100);
		int[] completed = { 0 };
		for (int at = 0; at < wire.length; at++) {
			int frameEnd = at + 1;
			cutter.cut(wire, at, at + 1, (payload) -> {
				completed[0] = frameEnd;
				return true;
			});
			assertThat(cutter.partialBytes()).as("after %d bytes", at + 1).isEqualTo(at + 1 - completed[0]);
		}
		assertThat(cutter.partialBytes()).isZero();
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void aFrameMayBeExactlyAsLongAsTheLimit(Variant variant) {
		for (int limit : new int[] { 1, 2, 7, 8, 9, 100, 200 }) {
			byte[] exact = Wire.write(variant.framing(), filled(limit), filled(limit));
			byte[] over = Wire.write(variant.framing(), filled(limit), filled(limit + 1));
			assertThat(Wire.cut(variant.framing(), limit, exact).frames()).hasSize(2);
			assertThat(Wire.cutBytewise(variant.framing(), limit, exact).frames()).hasSize(2);
			Wire.Outcome outcome = Wire.cut(variant.framing(), limit, over);
			assertThat(outcome.frames()).hasSize(1);
			assertThat(outcome.fault()).startsWith("TOO_LONG").contains(String.valueOf(limit));
			assertThat(Wire.cutBytewise(variant.framing(), limit, over).summary()).isEqualTo(outcome.summary());
			for (int boundary = 0; boundary < over.length; boundary++) {
				assertThat(Wire.cut(variant.framing(), limit, exact, boundary).frames()).hasSize(2);
				assertThat(Wire.cut(variant.framing(), limit, over, boundary).summary()).isEqualTo(outcome.summary());
			}
		}
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void whatIsNotRefusedRoundTrips(Variant variant) {
		Random random = new Random(SEED);
		byte[] alphabet = Wire.bytes(0x00, 0x02, 0x03, 0x0A, 0x0B, 0x0D, 0x1C, 0xFF, 0x0D, 0x1C, 'a');
		for (int round = 0; round < 3000; round++) {
			List<byte[]> payloads = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				byte[] payload = new byte[random.nextInt(21)];
				for (int at = 0; at < payload.length; at++) {
					payload[at] = alphabet[random.nextInt(alphabet.length)];
				}
				if (variant.framing().refusal(payload) == null) {
					payloads.add(payload);
				}
			}
			byte[] wire = Wire.write(variant.framing(), payloads);
			assertThat(Wire.cut(variant.framing(), 20, wire).frames()).as("seed %d, round %d", SEED, round)
				.isEqualTo(Wire.hex(payloads));
			assertThat(Wire.cutRandomly(variant.framing(), 20, wire, random).frames())
				.as("split, seed %d, round %d", SEED, round)
				.isEqualTo(Wire.hex(payloads));
		}
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#all")
	void randomBytesGiveTheSameHoweverTheyArrive(Variant variant) {
		Random random = new Random(SEED);
		for (int round = 0; round < 3000; round++) {
			byte[] wire = randomWire(random);
			CutterChecks.check(variant, random.nextInt(1, 20), wire, random);
		}
	}

	@Test
	void streamPassesOnWhatArrives() {
		StreamFraming stream = new StreamFraming();
		assertThat(Wire.cut(stream, 4, "abcdefghij".getBytes(), 6).frames()).containsExactly("61626364", "6566",
				"6768696a");
		assertThat(Wire.cutStopping(stream, 4, "abcdefghij".getBytes()).frames()).containsExactly("61626364",
				"65666768", "696a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "crlf", "lf", "mllp", "length4" })
	void aLongFrameInManyPiecesTakesLinearTime(String name) {
		Framing framing = Framings.named(name, false);
		byte[] payload = filled(16 << 20);
		byte[] wire = Wire.write(framing, payload);
		FrameCutter cutter = framing.cutter(payload.length);
		List<byte[]> frames = new ArrayList<>();
		// Looking at all of the frame again for each piece would take many minutes.
		assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
			for (int at = 0; at < wire.length; at += 64) {
				cutter.cut(wire, at, Math.min(at + 64, wire.length), frames::add);
			}
		});
		assertThat(frames).hasSize(1);
		assertThat(frames.getFirst()).isEqualTo(payload);
	}

	static byte[] randomWire(Random random) {
		byte[] alphabet = Wire.bytes(0x00, 0x01, 0x02, 0x03, 0x04, 0x0A, 0x0B, 0x0D, 0x1C, 0xFF);
		byte[] wire = new byte[random.nextInt(80)];
		int kinds = random.nextInt(1, alphabet.length + 1);
		int offset = random.nextInt(alphabet.length);
		for (int at = 0; at < wire.length; at++) {
			wire[at] = (random.nextInt(20) == 0) ? (byte) random.nextInt()
					: alphabet[(offset + random.nextInt(kinds)) % alphabet.length];
		}
		return wire;
	}

	private static byte[] filled(int length) {
		byte[] payload = new byte[length];
		Arrays.fill(payload, (byte) 'x');
		return payload;
	}

}
