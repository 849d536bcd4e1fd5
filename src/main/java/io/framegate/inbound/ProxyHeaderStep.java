package io.framegate.inbound;

import java.net.InetSocketAddress;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.framing.FirstBytes;
import io.framegate.proxy.ProxyHeader;
import io.framegate.route.Listen;
import io.framegate.transport.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * A client comes with a PROXY header before anything else, if it comes through a proxy
 * that is trusted. What the header says is believed from then on.
 */
final class ProxyHeaderStep implements Introduction.Step {

	private final Listen listen;

	private final boolean required;

	/**
	 * Makes the step.
	 * @param listen says who may send a header, and who must
	 */
	ProxyHeaderStep(Listen listen) {
		this.listen = listen;
		this.required = listen.proxyProtocol() == Listen.Proxy.REQUIRED;
	}

	/**
	 * Why a peer cannot be a client of this listener, whatever it sends.
	 * @param peer its address
	 * @return the cause, or {@code null}
	 */
	@Nullable Cause refusal(InetSocketAddress peer) {
		return (this.required && !isTrusted(peer))
				? Cause.byGateway(CloseReason.DENIED, Addresses.text(peer.getAddress()) + " is not in proxy-trusted")
				: null;
	}

	/**
	 * Whether a peer's header would be believed.
	 * @param peer its address
	 */
	boolean isTrusted(InetSocketAddress peer) {
		return this.listen.trusts(peer.getAddress());
	}

	@Override
	public void begin(FrameConnection connection, Runnable done) {
		connection.channel()
			.pipeline()
			.addFirst(new ProxyHeaderHandler(new Client(connection, isTrusted(connection.remote()), done)));
		connection.awaitHeader();
	}

	@Override
	public void cutOff(FrameConnection connection) {
		ProxyHeaderHandler handler = handler(connection);
		if (handler.received() == 0) {
			connection.closeGracefully(Cause.eof(Side.INBOUND, "before any byte"));
		}
		else if (handler.isBegun() || this.required) {
			connection.close(bad("FIN after " + handler.received() + " bytes of it"));
		}
		else {
			handler.giveUp();
		}
	}

	@Override
	public void late(FrameConnection connection, Cause cause) {
		ProxyHeaderHandler handler = handler(connection);
		if (this.required || handler.isBegun()) {
			connection.close(cause.withDetail(handler.received() + " bytes of a PROXY header came"));
		}
		else {
			// A client that waits for the server to speak first.
			handler.giveUp();
		}
	}

	private static ProxyHeaderHandler handler(FrameConnection connection) {
		return connection.channel().pipeline().get(ProxyHeaderHandler.class);
	}

	private static Cause bad(String what) {
		return new Cause(CloseReason.PROXY_HEADER_BAD, EndedBy.INBOUND, "PROXY header: " + what);
	}

	/**
	 * A client whose first bytes are read.
	 */
	private final class Client implements ProxyHeaderHandler.Owner {

		private final FrameConnection connection;

		private final boolean trusted;

		private final Runnable done;

		Client(FrameConnection connection, boolean trusted, Runnable done) {
			this.connection = connection;
			this.trusted = trusted;
			this.done = done;
		}

		@Override
		public InetSocketAddress address() {
			return this.connection.remote();
		}

		@Override
		public @Nullable String objection() {
			return this.trusted ? null
					: "from an address that is not in proxy-trusted: " + Addresses.text(address().getAddress());
		}

		@Override
		public void found(ProxyHeader header) {
			this.connection.identify(this.connection.identity().with(header));
			this.done.run();
		}

		@Override
		public boolean foundNone(byte[] first) {
			if (ProxyHeaderStep.this.required) {
				String like = FirstBytes.resemblance(first, first.length);
				this.connection.close(bad("there is none" + (like.isEmpty() ? "" : ": " + like)));
				return false;
			}
			this.done.run();
			return true;
		}

		@Override
		public void invalid(String what) {
			this.connection.close(bad(what));
		}

	}

}
