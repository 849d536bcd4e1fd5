package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Guesses which protocol or framing the first bytes of an unreadable frame belong to, so
 * that a wrong port or framing is found at once. It never quotes the bytes: they may be
 * secret. Any thread may call.
 */
public final class FirstBytes {

	/** How many bytes are enough to tell, and to find a framing that fits. */
	public static final int ENOUGH = 256;

	private FirstBytes() {
	}

	/**
	 * What the first bytes of a frame look like.
	 * @param first the first bytes of the frame as they came, {@link #ENOUGH} at most
	 * @param received how many bytes have come since the frame began; 0 if a length that
	 * would fit tells nothing
	 * @return text such as {@code looks like HTTP}; empty if they look like nothing known
	 */
	public static String resemblance(byte[] first, int received) {
		String text = new String(first, StandardCharsets.ISO_8859_1);
		String protocol = Stream
			.of(KnownProtocols.name(first), Hl7Blocks.name(text, received), KnownTexts.name(text, received))
			.filter((name) -> !name.isEmpty())
			.findFirst()
			.orElse("");
		if (!protocol.isEmpty()) {
			return "looks like " + protocol;
		}
		List<String> lengths = FittingLengths.names(first, received);
		if (!lengths.isEmpty()) {
			return String.join(" or ", lengths) + " would fit";
		}
		String lines = KnownTexts.lines(text, received);
		return lines.isEmpty() ? "" : "looks like " + lines;
	}

}
