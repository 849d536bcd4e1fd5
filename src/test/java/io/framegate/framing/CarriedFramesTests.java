package io.framegate.framing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A framing that says so carries every frame that another has cut.
 */
class CarriedFramesTests {

	/** What may be a part of a delimiter, and one byte that is none. */
	private static final byte[] BYTES = { 'a', 0x0D, 0x0A, 0x00, 0x02, 0x03, 0x0B, 0x1C };

	@ParameterizedTest
	@ValueSource(strings = { "crlf", "lf", "nul", "stx-etx", "mllp" })
	void whatAFramingHasCutItCarries(String name) throws FrameException {
		Framing framing = Framings.named(name, false);
		assertThat(framing.carriesAllOf(Framings.named(name, false))).isTrue();
		Random random = new Random(13);
		List<byte[]> frames = new ArrayList<>();
		for (int stream = 0; stream < 2000; stream++) {
			FrameCutter cutter = framing.cutter(1024);
			for (int part = 0; part < 6; part++) {
				byte[] input = input(framing, random);
				try {
					cutter.cut(input, 0, input.length, new FrameSink() {

						@Override
						public boolean frame(byte[] payload) {
							frames.add(payload);
							return true;
						}
					});
				}
				catch (FrameException ex) {
					break;
				}
			}
		}
		assertThat(frames).hasSizeGreaterThan(100).allSatisfy((frame) -> assertThat(framing.refusal(frame)).isNull());
	}

	/** Up to nine bytes, often with the start of a frame first. */
	private static byte[] input(Framing framing, Random random) {
		byte[] start = new byte[8];
		int before = random.nextBoolean() ? framing.prefix(new byte[0], start, 0) : 0;
		byte[] input = new byte[before + random.nextInt(8)];
		System.arraycopy(start, 0, input, 0, before);
		for (int i = before; i < input.length; i++) {
			input[i] = BYTES[random.nextInt(BYTES.length)];
		}
		return input;
	}

	@Test
	void nothingIsSaidOfFramesOfAnother() {
		Framing crlf = Framings.named("crlf", false);
		assertThat(crlf.carriesAllOf(Framings.named("lf", false))).isFalse();
		assertThat(Framings.named("lf", false).carriesAllOf(Framings.named("nul", false))).isFalse();
		assertThat(crlf.carriesAllOf(new CrLfFraming() {
		})).as("a user's own variant").isFalse();
	}

}
