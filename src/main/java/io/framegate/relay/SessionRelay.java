package io.framegate.relay;

import java.nio.charset.StandardCharsets;

import io.framegate.connection.Connections;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.RouteMeters;
import io.framegate.connection.Watcher;
import io.framegate.upstream.Connector;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHandler;

/**
 * Session mode: an upstream connection for each inbound one, and frames both ways.
 */
public final class SessionRelay implements Relay {

	private final Connector connector;

	private final Connections connections;

	private final RouteMeters meters;

	public SessionRelay(Connector connector) {
		this.connector = connector;
		this.connections = connector.terms().connections();
		this.meters = connector.terms().meters();
	}

	@Override
	public Watcher watcher() {
		return new Session(this.connector);
	}

	@Override
	public MessageHandler requests() {
		return this::forward;
	}

	@Override
	public MessageHandler replies() {
		return this::forward;
	}

	private void forward(Message<?> message) {
		byte[] payload = payload(message);
		FrameConnection from = this.connections.source(message);
		if (from == null) {
			this.meters.countUndelivered(1);
			return;
		}
		Session session = (Session) from.watcher();
		if (from.loop().inLoop()) {
			session.forward(from, payload);
		}
		else {
			from.loop().later(() -> session.forward(from, payload));
		}
	}

	private static byte[] payload(Message<?> message) {
		return switch (message.getPayload()) {
			case byte[] bytes -> bytes;
			case String text -> text.getBytes(StandardCharsets.UTF_8);
			default -> throw new IllegalArgumentException(
					"A frame is made of byte[] or String, not of " + message.getPayload().getClass().getName());
		};
	}

}
