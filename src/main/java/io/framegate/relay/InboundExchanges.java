package io.framegate.relay;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.metrics.RouteMetrics;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connection whose frames are exchanges. Gives each reply back in the order of
 * the requests, and takes no more requests than its {@link RequestWindow} has room for,
 * so that no client holds much memory or keeps the others waiting. The connection's event
 * loop calls.
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
		 * How long a new client's replies may be, as far as is known.
		 * @return a number of bytes
		 */
		int expectedReply();

		/**
		 * Has new clients know what one has found.
		 * @param bytes how long its replies were at the end
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
		// Its first frame is what counts.
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
	 * Gives the client a frame of a user's own, after the replies to what it asked
	 * before.
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
	 * Keeps a reply that cannot be given to the client at once.
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
				// It seemed to be on its way when it was cancelled.
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
	 * Where replies come in order, nothing after a failed exchange can be answered: what
	 * was not sent is not sent.
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
			// The queue forgets it; one that a link has stays until it is over there.
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
	 * Gives the client what is due to it, as far as it reads.
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
	 * Whether the client reads, or gets nothing any more anyway.
	 */
	private boolean isReady() {
		return connection().isWritable() || connection().isOutputEnding() || !connection().isOpen();
	}

	/**
	 * Gives the client a reply.
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
		ended.because(new Cause(CloseReason.INBOUND_EOF, EndedBy.INBOUND, ""));
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

	/** Replies cannot be given any more; frames that are not answered are still taken. */
	@Override
	public void severed(FrameConnection gone, Cause cause) {
		if (!this.policy.oneWay()) {
			gone.close(cause);
		}
	}

	@Override
	public void closed(FrameConnection gone, Cause cause, long lostFrames, long lostBytes) {
		if (!this.policy.oneWay()) {
			dropAll();
		}
		// What was taken goes its one way also when its sender has gone.
		this.closed = true;
		this.route.expectReply(this.window.expectedReply());
	}

	@Override
	public int inFlight() {
		return this.exchangesInFlight.size();
	}

}
