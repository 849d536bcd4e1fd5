package io.framegate.route;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A payload as the configuration writes it.
 *
 * @param text text, or {@code base64:} and the bytes
 */
public record Payload(String text) {

	private static final String BASE64 = "base64:";

	/**
	 * The bytes of the payload.
	 * @return the bytes, text in UTF-8
	 * @throws IllegalArgumentException if {@code base64:} is followed by anything else
	 */
	public byte[] bytes() {
		return this.text.startsWith(BASE64) ? Base64.getDecoder().decode(this.text.substring(BASE64.length()))
				: this.text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
