package io.framegate.connection;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLSession;

import io.framegate.closure.Side;
import io.framegate.framing.Framing;
import io.framegate.transport.Addresses;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpConnectionSupport;
import org.springframework.messaging.Message;

/**
 * What Spring Integration asks of a connection. Any thread may call.
 */
abstract class SpringConnection extends TcpConnectionSupport {

	SpringConnection(ApplicationEventPublisher publisher) {
		super(publisher);
	}

	/**
	 * The route it belongs to.
	 * @return the route's name
	 */
	public abstract String route();

	public abstract Side side();

	public abstract InetSocketAddress remote();

	public abstract ConnectionState state();

	public abstract Framing framing();

	public abstract void execute(Runnable task);

	public abstract void write(byte[] payload);

	@Override
	public void send(Message<?> message) {
		Object payload = message.getPayload();
		byte[] bytes = switch (payload) {
			case byte[] array -> array;
			case String text -> text.getBytes(StandardCharsets.UTF_8);
			default -> throw new IllegalArgumentException(
					"A frame is made of byte[] or String, not of " + payload.getClass().getName());
		};
		String refusal = framing().refusal(bytes);
		if (refusal != null) {
			throw new IllegalArgumentException(refusal);
		}
		execute(() -> write(bytes));
	}

	public String remoteText() {
		return Addresses.text(remote());
	}

	@Override
	public String toString() {
		return "%s (%s %s %s)".formatted(getConnectionId(), route(), side().label(), remoteText());
	}

	@Override
	public boolean isServer() {
		return side() == Side.INBOUND;
	}

	@Override
	public String getHostAddress() {
		return remote().isUnresolved() ? remote().getHostString() : Addresses.text(remote().getAddress());
	}

	@Override
	public String getHostName() {
		return remote().getHostString();
	}

	@Override
	public int getPort() {
		return remote().getPort();
	}

	@Override
	public String getConnectionFactoryName() {
		return "framegate." + route() + ((side() == Side.INBOUND) ? ".listener" : ".connector");
	}

	@Override
	public boolean isOpen() {
		return state() != ConnectionState.CLOSED;
	}

	@Override
	public @Nullable Object getPayload() {
		throw new UnsupportedOperationException("Frames come as messages, not by asking");
	}

	@Override
	public @Nullable Object getDeserializerStateKey() {
		return null;
	}

	@Override
	public @Nullable SSLSession getSslSession() {
		return null;
	}

	@Override
	public void run() {
		throw new UnsupportedOperationException("The event loop runs this connection");
	}

}
