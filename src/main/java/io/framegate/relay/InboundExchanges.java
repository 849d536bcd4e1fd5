package io.framegate.relay;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.metrics.RouteMetrics;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connection whose frames are exchanges. Returns replies in the order of the
 * requests. Takes no more requests than its {@link RequestWindow} has room for, so that
 * no client holds much memory or keeps the others waiting. The connection's event loop
 * calls.
 */
final class InboundExchanges extends Requester implements ConnectionHandler, RequestWindow.Owner, GracefulClose.Owner {

	/** What a client needs of its route. */
	interface Owner {

		RouteMetrics metrics();

		/**
		 * Why a request cannot go upstream.
		 * @param exchange the exchange
		 * @return the reason, or {@code null}
		 */
		@Nullable String notEncodable(Exchange exchange);

		/**
		 * Why no reply could be matched to a request.
		 * @param exchange the exchange
		 * @return the reason, or {@code null}
		 */
		@Nullable String keyless(Exchange exchange);

		void submit(Exchange exchange);

		/**
		 * How long a new client's replies are expected to be.
		 * @return a number of bytes
		 */
		int expectedReply();

		/**
		 * Tells new clients how long replies are.
		 * @param bytes how long this client's last replies were
		 */
		void expectReply(int bytes);

	}

	private final Owner route;

	private final ExchangePolicy policy;

	private final RequestWindow window;

	private final GracefulClose close;

	private final Deque<Exchange> exchangesInFlight = new ArrayDeque<>();

	private @Nullable FrameConnection connection;

	private boolean closed;

	InboundExchanges(Owner route, ExchangePolicy policy) {
		this.route = route;
		this.policy = policy;
		this.window = new RequestWindow(policy, route.expectedReply(), this);
		this.close = new GracefulClose(this, policy.oneWay());
	}

	@Override
	public void accepted(FrameConnection accepted) {
		this.connection = accepted;
		accepted.open();
	}

	@Override
	public void opened(FrameConnection opened) {
		// Its first frame counts.
	}

	@Override
	public FrameConnection connection() {
		return Objects.requireNonNull(this.connection);
	}

	@Override
	public Loop loop() {
		return connection().loop();
	}

	@Override
	public @Nullable InetAddress address() {
		return connection().remote().getAddress();
	}

	/**
	 * Begins an exchange.
	 * @param payload the request
	 */
	@Override
	public void frame(FrameConnection from, byte[] payload) {
		if (this.closed || !this.close.takesFrames()) {
			connection().lose(1, payload.length);
			return;
		}
		Exchange exchange = new Exchange(this, payload);
		String refusal = this.route.notEncodable(exchange);
		CloseReason reason = CloseReason.FRAME_NOT_ENCODABLE;
		if (refusal == null) {
			refusal = this.route.keyless(exchange);
			reason = CloseReason.BAD_FRAME;
		}
		if (refusal != null) {
			connection().lose(1, payload.length);
			this.close.refuse(new Cause(reason, EndedBy.INBOUND, refusal));
			return;
		}
		begin(exchange);
		if (this.window.isFull()) {
			connection().pause();
		}
		this.route.submit(exchange);
	}

	/**
	 * Sends the client a frame from a user's own code, after the replies to its earlier
	 * requests.
	 * @param payload the frame
	 */
	@Override
	public void answer(FrameConnection to, byte[] payload) {
		Exchange exchange = new Exchange(this, payload);
		begin(exchange);
		exchange.answer(payload);
	}

	private void begin(Exchange exchange) {
		this.exchangesInFlight.addLast(exchange);
		this.window.begin(exchange);
	}

	@Override
	public void hold(long bytes) {
		connection().holdExchanges(bytes);
	}

	@Override
	public boolean tryHold(long bytes) {
		return connection().tryHoldExchanges(bytes);
	}

	@Override
	public void answered(Exchange exchange) {
		if (exchange.isCancelled()) {
			this.window.release(exchange);
			if (!this.policy.oneWay()) {
				this.route.metrics().countDiscarded("client-gone");
			}
			return;
		}
		if (!this.policy.oneWay()) {
			this.route.metrics().recordExchange(loop().now() - exchange.createdAt());
			if (!keep(exchange)) {
				exchange.forgetReply();
				failed(exchange, Objects.requireNonNull(exchange.fault()));
				return;
			}
		}
		advance(exchange);
	}

	/**
	 * Keeps a reply that the client cannot get at once.
	 * @return whether there is memory for it
	 */
	private boolean keep(Exchange exchange) {
		this.window.expect(Objects.requireNonNull(exchange.reply()).length);
		if ((exchange == this.exchangesInFlight.peekFirst() || !this.policy.ordered()) && connection().isWritable()) {
			return true;
		}
		return this.window.keepReply(exchange);
	}

	@Override
	public void failed(Exchange exchange, Cause cause) {
		boolean lost = !exchange.isSent() || this.policy.oneWay();
		if (exchange.forgotten() > 0) {
			connection().lose(1, exchange.forgotten());
		}
		if (exchange.isCancelled()) {
			this.window.release(exchange);
			if (lost && exchange.isGiven()) {
				// It seemed to be sent when it was cancelled.
				connection().lose(1, exchange.request().length);
			}
			return;
		}
		if (lost) {
			connection().lose(1, exchange.request().length);
		}
		byte[] instead = this.policy.failureReply();
		if (instead != null) {
			exchange.replaceFault(instead);
		}
		else {
			this.close.takeNoMore();
			if (this.policy.ordered()) {
				dropAfter(exchange);
			}
		}
		advance(exchange);
	}

	/**
	 * Replies come in order, so nothing after a failed exchange can be answered. What was
	 * not sent is not sent.
	 */
	private void dropAfter(Exchange failed) {
		while (!this.exchangesInFlight.isEmpty() && this.exchangesInFlight.getLast() != failed) {
			drop(this.exchangesInFlight.removeLast());
		}
	}

	private void drop(Exchange exchange) {
		this.window.end(exchange);
		byte[] reply = exchange.reply();
		if (exchange.isEnded()) {
			this.window.release(exchange);
			if (reply != null && !this.policy.oneWay()) {
				connection().lose(1, reply.length);
			}
		}
		else if (exchange.cancel()) {
			// The queue forgets it. One that a link has stays until the link is done with
			// it.
			this.window.release(exchange);
			connection().lose(1, exchange.request().length);
		}
	}

	private void advance(Exchange ended) {
		if (!this.policy.ordered() && this.exchangesInFlight.remove(ended)) {
			this.exchangesInFlight.addFirst(ended);
		}
		giveReplies();
	}

	/**
	 * Writes the replies that are due, as fast as the client reads.
	 */
	private void giveReplies() {
		for (Exchange first = this.exchangesInFlight.peekFirst(); first != null
				&& first.isEnded(); first = this.exchangesInFlight.peekFirst()) {
			if (first.fault() == null && !this.policy.oneWay() && !isReady()) {
				return;
			}
			this.exchangesInFlight.removeFirst();
			this.window.end(first);
			this.window.release(first);
			Cause failure = first.fault();
			if (failure == null && !this.policy.oneWay()) {
				failure = write(first);
			}
			if (failure != null && this.policy.ordered()) {
				this.close.now(failure);
				return;
			}
			if (failure != null) {
				this.close.failAfterTheOthers(failure);
			}
		}
		if (isReady() && this.close.isReading() && this.window.hasRoom()) {
			connection().resume();
		}
		this.close.ifDone();
	}

	/**
	 * Whether the client reads, or gets no more replies anyway.
	 */
	private boolean isReady() {
		return connection().isWritable() || connection().isOutputEnding() || !connection().isOpen();
	}

	/**
	 * Writes a reply to the client.
	 * @return what is wrong with it, or {@code null}
	 */
	private @Nullable Cause write(Exchange exchange) {
		byte[] reply = Objects.requireNonNull(exchange.reply());
		String refusal = connection().framing().refusal(reply);
		if (refusal != null) {
			connection().lose(1, reply.length);
			return new Cause(CloseReason.FRAME_NOT_ENCODABLE, EndedBy.UPSTREAM, refusal);
		}
		connection().write(reply);
		return null;
	}

	@Override
	public boolean isDone() {
		return this.exchangesInFlight.isEmpty();
	}

	@Override
	public void dropAll() {
		while (!this.exchangesInFlight.isEmpty()) {
			drop(this.exchangesInFlight.removeLast());
		}
	}

	@Override
	public void inputEnded(FrameConnection ended) {
		ended.because(Cause.eof(Side.INBOUND, ""));
		this.close.afterTheLast();
	}

	@Override
	public void writabilityChanged(FrameConnection changed) {
		if (!changed.isWritable()) {
			changed.pause();
		}
		else {
			giveReplies();
		}
	}

	@Override
	public void failed(FrameConnection faulty, Cause cause) {
		switch (cause.reason()) {
			case IDLE_TIMEOUT -> {
				dropAll();
				faulty.closeGracefully(cause);
			}
			case MAX_AGE -> this.close.drain(cause);
			case BAD_FRAME, FRAME_TOO_LONG, FRAME_TIMEOUT, INTERNAL_ERROR -> this.close.refuse(cause);
			default -> {
				dropAll();
				faulty.closeGracefully(cause);
			}
		}
	}

	@Override
	public void outputFailed(FrameConnection faulty, Cause cause) {
		this.close.now(cause);
	}

	@Override
	public void drain(FrameConnection draining, Cause cause) {
		this.close.drain(cause);
	}

	/** Replies cannot be written any more. Unanswered frames are still taken. */
	@Override
	public void severed(FrameConnection ended, Cause cause) {
		if (!this.policy.oneWay()) {
			ended.close(cause);
		}
	}

	@Override
	public void closed(FrameConnection ended, Cause cause, long lostFrames, long lostBytes) {
		if (!this.policy.oneWay()) {
			dropAll();
		}
		// Frames that were taken are delivered even if their sender has disconnected.
		this.closed = true;
		this.route.expectReply(this.window.expectedReply());
	}

	@Override
	public int inFlight() {
		return this.exchangesInFlight.size();
	}

}
