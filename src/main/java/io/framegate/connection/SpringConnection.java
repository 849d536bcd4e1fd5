package io.framegate.connection;

import java.net.InetSocketAddress;

import javax.net.ssl.SSLSession;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpConnectionSupport;

/**
 * What Spring Integration asks of a connection besides its frames. Any thread may call.
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
