package io.framegate.framing;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The first bytes of a frame that is not complete, or has a fault, are those that came.
 */
class UnreadableBytesTests {

	private static final int LIMIT = 8192;

	private static final List<String> NAMES = List.copyOf(Presets.ALL.keySet());

	private static final FrameSink NOBODY = (payload) -> true;

	@ParameterizedTest
	@FieldSource("NAMES")
	void incompleteFrameBeginsAsItCame(String preset) throws Exception {
		byte[] before = PresetBytes.ALL.get(preset).frames().getFirst().wire().toBytes();
		byte[] frame = PresetBytes.ALL.get(preset).frames().getLast().wire().toBytes();
		byte[] stream = DelimiterShape.join(before, frame);
		for (int come = 0; come < Math.min(frame.length, 600); come++) {
			for (int split : new int[] { 0, before.length, before.length + come / 2, before.length + come }) {
				FrameCutter cutter = Framings.named(preset, false).cutter(LIMIT);
				cutter.cut(stream, 0, split, NOBODY);
				cutter.cut(stream, split, before.length + come, NOBODY);
				if (cutter.partialBytes() == come && !isEscaped(preset)) {
					assertThat(cutter.first()).as("%d bytes, split at %d", come, split)
						.isEqualTo(Arrays.copyOf(frame, Math.min(come, FirstBytes.ENOUGH)));
				}
			}
		}
	}

	/** The escapes of what is kept are decoded. */
	private static boolean isEscaped(String preset) {
		return Presets.ALL.get(preset).declaration().escape() != null;
	}

	@ParameterizedTest
	@FieldSource("NAMES")
	void frameWithAFaultBeginsAsItCame(String preset) throws Exception {
		byte[] before = PresetBytes.ALL.get(preset).frames().getFirst().wire().toBytes();
		PresetBytes.Noise noise = PresetBytes.ALL.get(preset).noise();
		byte[] bytes = noise.wire().toBytes();
		byte[] stream = DelimiterShape.join(before, bytes);
		for (int split = 0; split < stream.length; split++) {
			FrameCutter cutter = Framings.named(preset, false).cutter(LIMIT);
			int at = split;
			if (noise.fault() == null) {
				assertThatNoException().isThrownBy(() -> cutter.cut(stream, 0, stream.length, NOBODY));
				return;
			}
			assertThatExceptionOfType(FrameException.class).isThrownBy(() -> {
				cutter.cut(stream, 0, at, NOBODY);
				cutter.cut(stream, at, stream.length, NOBODY);
			}).satisfies((fault) -> {
				byte[] first = fault.first();
				assertThat(first).as("split at %d", at).isNotEmpty().hasSizeLessThanOrEqualTo(FirstBytes.ENOUGH);
				assertThat(bytes).as("split at %d", at).startsWith(first);
			});
		}
	}

}
