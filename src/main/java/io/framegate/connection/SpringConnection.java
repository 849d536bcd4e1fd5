package io.framegate.connection;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import javax.net.ssl.SSLSession;

import io.framegate.closure.Side;
import io.framegate.framing.Framing;
import io.framegate.transport.Addresses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;
import org.springframework.integration.ip.tcp.connection.SocketInfo;
import org.springframework.integration.ip.tcp.connection.TcpConnection;
import org.springframework.integration.ip.tcp.connection.TcpConnectionEvent;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.integration.ip.tcp.connection.TcpSender;
import org.springframework.messaging.Message;

/**
 * What Spring Integration asks of a connection. Any thread may call. It does not extend
 * {@code TcpConnectionSupport}: that takes 310 bytes, and a random UUID, of each
 * connection.
 */
abstract class SpringConnection implements TcpConnection {

	private static final Logger logger = LoggerFactory.getLogger(SpringConnection.class);

	private static final AtomicLongFieldUpdater<SpringConnection> SEQUENCE = AtomicLongFieldUpdater
		.newUpdater(SpringConnection.class, "sequence");

	private final ApplicationEventPublisher publisher;

	private final TcpListener listener;

	/** Those that send to it: they are told when it is closed. */
	private volatile List<TcpSender> senders = List.of();

	private volatile long sequence;

	SpringConnection(TcpListener listener, ApplicationEventPublisher publisher) {
		this.listener = listener;
		this.publisher = publisher;
	}

	/**
	 * Tells those that send to the connection about it.
	 * @param all they
	 */
	public void registerSenders(List<TcpSender> all) {
		this.senders = all;
		for (TcpSender sender : all) {
			sender.addNewConnection(this);
		}
	}

	/** Tells the connection's senders that it is closed. */
	void removeFromSenders() {
		for (TcpSender sender : this.senders) {
			sender.removeDeadConnection(this);
		}
	}

	/**
	 * Publishes an event. A listener that fails is its own concern.
	 * @param event the event
	 */
	void publish(TcpConnectionEvent event) {
		try {
			this.publisher.publishEvent(event);
		}
		catch (RuntimeException ex) {
			logger.debug("Failed to publish {}", event, ex);
		}
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

	/**
	 * The name by which events tell of its side of the route.
	 */
	public String getConnectionFactoryName() {
		return "framegate." + route() + ((side() == Side.INBOUND) ? ".listener" : ".connector");
	}

	@Override
	public boolean isOpen() {
		return state() != ConnectionState.CLOSED;
	}

	@Override
	public TcpListener getListener() {
		return this.listener;
	}

	@Override
	public Deserializer<?> getDeserializer() {
		throw new UnsupportedOperationException("The gateway cuts frames itself");
	}

	@Override
	public Serializer<?> getSerializer() {
		throw new UnsupportedOperationException("The gateway writes frames itself");
	}

	@Override
	public long incrementAndGetConnectionSequence() {
		return SEQUENCE.incrementAndGet(this);
	}

	@Override
	public @Nullable SocketInfo getSocketInfo() {
		return null;
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
