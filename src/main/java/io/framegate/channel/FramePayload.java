package io.framegate.channel;

import java.nio.charset.StandardCharsets;

import org.springframework.messaging.Message;

/**
 * The frame in a message that passed a channel.
 */
final class FramePayload {

	private FramePayload() {
	}

	/**
	 * The frame's bytes.
	 * @param message a message of {@code byte[]}, or of {@code String} for UTF-8
	 * @return the bytes
	 * @throws IllegalArgumentException for anything else
	 */
	static byte[] of(Message<?> message) {
		return switch (message.getPayload()) {
			case byte[] bytes -> bytes;
			case String text -> text.getBytes(StandardCharsets.UTF_8);
			default -> throw new IllegalArgumentException(
					"A frame is made of byte[] or String, not of " + message.getPayload().getClass().getName());
		};
	}

}
