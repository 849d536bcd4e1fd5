package io.framegate.channel;

import java.util.function.Consumer;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHandler;

/**
 * The end of a route's channel: hands each frame to the connection that it came from.
 *
 * @param taker takes the frames
 */
record FrameHandler(Consumer<Message<?>> taker) implements MessageHandler {

	@Override
	public void handleMessage(Message<?> message) {
		this.taker.accept(message);
	}

}
