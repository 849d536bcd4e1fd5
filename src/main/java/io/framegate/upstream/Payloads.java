package io.framegate.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Payloads as the configuration writes them.
 */
public final class Payloads {

	private static final String BASE64 = "base64:";

	private Payloads() {
	}

	/**
	 * The bytes of a payload.
	 * @param text text, or {@code base64:} and the bytes
	 * @return the payload, text in UTF-8
	 */
	public static byte[] bytes(String text) {
		return text.startsWith(BASE64) ? Base64.getDecoder().decode(text.substring(BASE64.length()))
				: text.getBytes(StandardCharsets.UTF_8);
	}

}
