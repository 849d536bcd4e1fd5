package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every preset reads and writes bytes of its protocol, which stand in
 * <code>preset-bytes.yml</code>.
 */
class PresetBytesTests {

	private static final int LIMIT = 8192;

	private static final List<String> NAMES = List.copyOf(Presets.ALL.keySet());

	private final List<String> outcome = new ArrayList<>();

	private final FrameSink sink = new FrameSink() {

		@Override
		public boolean frame(byte[] payload) {
			return PresetBytesTests.this.outcome.add("frame " + Wire.hex(payload));
		}

		@Override
		public boolean empty(byte[] wire, boolean answer) {
			return PresetBytesTests.this.outcome.add((answer ? "answer " : "ignore ") + Wire.hex(wire));
		}

	};

	@Test
	void everyPresetHasBytesAndNoOther() {
		assertThat(PresetBytes.ALL.keySet()).containsExactlyInAnyOrderElementsOf(NAMES);
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void framesComeOutHoweverTheyAreSplit(String preset) throws Exception {
		PresetBytes bytes = PresetBytes.ALL.get(preset);
		ByteArrayOutputStream stream = new ByteArrayOutputStream();
		List<String> expected = new ArrayList<>();
		for (PresetBytes.Frame frame : bytes.frames()) {
			stream.write(frame.wire().toBytes());
			expected.add("frame " + Wire.hex(frame.carried()));
		}
		byte[] wire = stream.toByteArray();
		for (int split = 0; split <= wire.length; split++) {
			FrameCutter cutter = framing(preset).cutter(LIMIT);
			this.outcome.clear();
			cutter.cut(wire, 0, split, this.sink);
			cutter.cut(wire, split, wire.length, this.sink);
			assertThat(this.outcome).as("split at %d", split).isEqualTo(expected);
			assertThat(cutter.partialBytes()).isZero();
		}
		this.outcome.clear();
		FrameCutter cutter = framing(preset).cutter(LIMIT);
		for (int at = 0; at < wire.length; at++) {
			cutter.cut(wire, at, at + 1, this.sink);
		}
		assertThat(this.outcome).as("single bytes").isEqualTo(expected);
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void writesWhatItReads(String preset) throws Exception {
		for (PresetBytes.Frame frame : PresetBytes.ALL.get(preset).frames()) {
			assertThat(framing(preset).refusal(frame.carried())).isNull();
			assertThat(Wire.hex(written(preset, frame.carried()))).isEqualTo(Wire.hex(frame.sent()));
		}
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void noiseIsFound(String preset) throws Exception {
		PresetBytes.Noise noise = PresetBytes.ALL.get(preset).noise();
		byte[] wire = noise.wire().toBytes();
		FrameCutter cutter = framing(preset).cutter(LIMIT);
		if (noise.fault() != null) {
			assertThatExceptionOfType(FrameException.class)
				.isThrownBy(() -> cutter.cut(wire, 0, wire.length, this.sink))
				.satisfies((fault) -> assertThat(fault.fault()).as(fault.getMessage()).isEqualTo(noise.fault()));
		}
		else {
			cutter.cut(wire, 0, wire.length, this.sink);
			assertThat(cutter.partialBytes()).isEqualTo(noise.skipped() ? 0 : wire.length);
		}
		assertThat(this.outcome).isEmpty();
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void largestFrameIsCarried(String preset) throws Exception {
		PresetBytes.Largest largest = PresetBytes.ALL.get(preset).largest();
		byte[] wire = largest.wire();
		List<byte[]> frames = new ArrayList<>();
		assertThat(framing(preset).cutter(wire.length).cut(wire, 0, wire.length, frames::add)).isEqualTo(wire.length);
		assertThat(frames).hasSize(1);
		byte[] payload = frames.getFirst();
		assertThat(written(preset, payload)).isEqualTo(wire);
		frames.clear();
		framing(preset).cutter(payload.length).cut(wire, 0, wire.length, frames::add);
		assertThat(frames).containsExactly(payload);
		assertThatExceptionOfType(FrameException.class)
			.isThrownBy(() -> framing(preset).cutter(payload.length - 1).cut(wire, 0, wire.length, this.sink))
			.satisfies((fault) -> assertThat(fault.fault()).isEqualTo(FrameException.Fault.TOO_LONG));
		if (largest.full()) {
			assertThat(framing(preset).refusal(Arrays.copyOf(payload, payload.length + 1))).isNotNull();
		}
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void smallestFrameIsPassedOrAnswered(String preset) throws Exception {
		PresetBytes.Frame smallest = PresetBytes.ALL.get(preset).smallest();
		EmptyFrames empty = Presets.ALL.get(preset).declaration().emptyFrames();
		byte[] wire = smallest.wire().toBytes();
		for (int split = 0; split <= wire.length; split++) {
			this.outcome.clear();
			FrameCutter cutter = framing(preset).cutter(LIMIT);
			cutter.cut(wire, 0, split, this.sink);
			cutter.cut(wire, split, wire.length, this.sink);
			assertThat(cutter.partialBytes()).isZero();
			assertThat(this.outcome).hasSize(1);
			if (empty == null || empty == EmptyFrames.PASS) {
				byte[] payload = this.outcome.getFirst().equals("frame ") ? new byte[0] : wire;
				assertThat(this.outcome.getFirst()).startsWith("frame ");
				assertThat(Wire.hex(wire)).startsWith(Wire.hex(payload));
				if (payload.length == 0) {
					assertThat(Wire.hex(written(preset, payload))).isEqualTo(Wire.hex(smallest.sent()));
				}
			}
			else {
				assertThat(this.outcome)
					.containsExactly((empty == EmptyFrames.ANSWER ? "answer " : "ignore ") + Wire.hex(wire));
				assertThat(Wire.hex(written(preset, new byte[0]))).isEqualTo(Wire.hex(smallest.sent()));
			}
		}
	}

	private static Framing framing(String preset) {
		return Framings.named(preset, false);
	}

	private static byte[] written(String preset, byte[] payload) throws IOException {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		framing(preset).serializer().serialize(payload, wire);
		return wire.toByteArray();
	}

}
