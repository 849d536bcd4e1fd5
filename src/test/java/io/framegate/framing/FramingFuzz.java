package io.framegate.framing;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The fuzz target of every framing's decoder. {@code ./mvnw -Pfuzz test} runs it under
 * Jazzer. An input that showed a fault belongs into {@code src/test/resources/fuzz},
 * which every build replays.
 * <p>
 * An input's first byte is the framing, {@code a} the first of {@link Variant#all()}; the
 * second the limit, 1 to 64; the third how the rest, the bytes on the wire, is split. If
 * the first byte has its high bit set, what follows draws a declaration and a stream:
 * {@link DeclaredChecks}.
 */
public final class FramingFuzz {

	private static final List<Variant> VARIANTS = Variant.all();

	private FramingFuzz() {
	}

	/**
	 * Called by the fuzzer.
	 * @param input any bytes
	 */
	public static void fuzzerTestOneInput(byte[] input) {
		if (input.length < 3) {
			return;
		}
		if (input[0] < 0) {
			DeclaredChecks.check(new DrawnFrom(input, 1));
			return;
		}
		Variant variant = VARIANTS.get(Math.floorMod(input[0] - 'a', VARIANTS.size()));
		int limit = 1 + (input[1] & 0x3F);
		CutterChecks.check(variant, limit, Arrays.copyOfRange(input, 3, input.length), new Random(input[2]));
	}

}
