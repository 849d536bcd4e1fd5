package io.framegate.relay;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.connection.MemoryBudget;
import io.framegate.connection.Watcher;
import io.framegate.upstream.Exchange;
import io.framegate.upstream.Origin;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connection whose frames are exchanges. Gives each reply back in the order of
 * the requests, and takes no more requests than {@link #MOST} and {@link #MOST_BYTES} at
 * a time, nor more than whose replies could be held if they came all at once, so that no
 * client holds much memory or keeps the others waiting. The connection's event loop
 * calls.
 */
final class ExchangeClient extends Origin implements Watcher {

	/** Exchanges under way at which reading pauses. */
	private static final int MOST = 256;

	/** Request bytes under way at which reading pauses. */
	private static final int MOST_BYTES = 256 * 1024;

	/** What an exchange takes besides its frames, in bytes. */
	private static final int OBJECTS = 256;

	private final ExchangeRelay relay;

	private final Deque<Exchange> underWay = new ArrayDeque<>();

	private @Nullable FrameConnection connection;

	private long bytesUnderWay;

	/** Replies that wait for one before them, or for the client to read. */
	private long repliesHeld;

	/** How long the next reply may be, in bytes. */
	private int expectedReply;

	/** No more requests come: FIN once the last one is answered. */
	private boolean ending;

	/** An exchange has failed: no more requests are taken. */
	private boolean failing;

	/** What ends the client once the others are answered, where their order is free. */
	private @Nullable Cause fault;

	/** Why frames of a one-way client cannot be taken. */
	private @Nullable Cause refusal;

	private boolean closed;

	ExchangeClient(ExchangeRelay relay) {
		this.relay = relay;
		this.expectedReply = relay.expectedReply();
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

	private FrameConnection connection() {
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
		if (this.closed || this.failing || (this.ending && connection().isOutputEnding())) {
			connection().lose(1, payload.length);
			return;
		}
		Exchange exchange = new Exchange(this, payload);
		String refusal = this.relay.notEncodable(exchange);
		CloseReason reason = CloseReason.FRAME_NOT_ENCODABLE;
		if (refusal == null) {
			refusal = this.relay.keyless(exchange);
			reason = CloseReason.BAD_FRAME;
		}
		if (refusal != null) {
			connection().lose(1, payload.length);
			refuse(connection(), new Cause(reason, EndedBy.INBOUND, refusal));
			return;
		}
		begin(exchange);
		if (this.underWay.size() >= MOST || this.bytesUnderWay >= MOST_BYTES
				|| repliesToHold() >= this.relay.mostReplyBytes()) {
			connection().pause();
		}
		this.relay.submit(exchange);
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
		this.underWay.addLast(exchange);
		this.bytesUnderWay += exchange.request().length;
		exchange.heldBytes(MemoryBudget.cost(exchange.request().length) + OBJECTS);
		connection().holdExchanges(exchange.heldBytes());
	}

	/**
	 * What the client's replies would take if all that it waits for came now and none
	 * could be given to it.
	 */
	private long repliesToHold() {
		return this.repliesHeld + (long) this.expectedReply * this.underWay.size();
	}

	/**
	 * An exchange holds nothing any more.
	 */
	private void release(Exchange exchange) {
		long bytes = exchange.heldBytes();
		exchange.heldBytes(0);
		connection().holdExchanges(-bytes);
		if (exchange.isReplyHeld()) {
			exchange.replyHeld(false);
			this.repliesHeld -= Objects.requireNonNull(exchange.reply()).length;
		}
	}

	@Override
	public void answered(Exchange exchange) {
		if (exchange.isCancelled()) {
			release(exchange);
			if (!this.relay.isOneWay()) {
				this.relay.meters().countDiscarded("client-gone");
			}
			return;
		}
		if (!this.relay.isOneWay()) {
			this.relay.meters().recordExchange(loop().now() - exchange.createdAt());
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
		int length = Objects.requireNonNull(exchange.reply()).length;
		this.expectedReply = (length > this.expectedReply) ? length
				: this.expectedReply - (this.expectedReply - length >> 3);
		if ((exchange == this.underWay.peekFirst() || !this.relay.isOrdered()) && connection().isWritable()) {
			return true;
		}
		long bytes = MemoryBudget.cost(length);
		if (this.repliesHeld > this.relay.mostHeldBytes() || !connection().tryHoldExchanges(bytes)) {
			return false;
		}
		exchange.heldBytes(exchange.heldBytes() + bytes);
		exchange.replyHeld(true);
		this.repliesHeld += length;
		return true;
	}

	@Override
	public void failed(Exchange exchange, Cause cause) {
		boolean lost = !exchange.isSent() || this.relay.isOneWay();
		if (exchange.forgotten() > 0) {
			connection().lose(1, exchange.forgotten());
		}
		if (exchange.isCancelled()) {
			release(exchange);
			if (lost && exchange.isGiven()) {
				// It seemed to be on its way when it was cancelled.
				connection().lose(1, exchange.request().length);
			}
			return;
		}
		if (lost) {
			connection().lose(1, exchange.request().length);
		}
		byte[] instead = this.relay.failureReply();
		if (instead != null) {
			exchange.replaceFault(instead);
		}
		else {
			takeNoMore();
			if (this.relay.isOrdered()) {
				dropAfter(exchange);
			}
		}
		advance(exchange);
	}

	private void takeNoMore() {
		this.failing = true;
		stopTaking();
		this.ending = true;
	}

	/**
	 * Where replies come in order, nothing after a failed exchange can be answered: what
	 * was not sent is not sent.
	 */
	private void dropAfter(Exchange failed) {
		while (!this.underWay.isEmpty() && this.underWay.getLast() != failed) {
			drop(this.underWay.removeLast());
		}
	}

	private void drop(Exchange exchange) {
		this.bytesUnderWay -= exchange.request().length;
		byte[] reply = exchange.reply();
		if (exchange.isEnded()) {
			release(exchange);
			if (reply != null && !this.relay.isOneWay()) {
				connection().lose(1, reply.length);
			}
		}
		else if (exchange.cancel()) {
			// The queue forgets it; one that a link has stays until it is over there.
			release(exchange);
			connection().lose(1, exchange.request().length);
		}
	}

	private void advance(Exchange ended) {
		if (!this.relay.isOrdered() && this.underWay.remove(ended)) {
			this.underWay.addFirst(ended);
		}
		giveReplies();
	}

	/**
	 * Gives the client what is due to it, as far as it reads.
	 */
	private void giveReplies() {
		for (Exchange first = this.underWay.peekFirst(); first != null
				&& first.isEnded(); first = this.underWay.peekFirst()) {
			if (first.fault() == null && !this.relay.isOneWay() && !isReady()) {
				return;
			}
			this.underWay.removeFirst();
			this.bytesUnderWay -= first.request().length;
			release(first);
			Cause failure = first.fault();
			if (failure == null && !this.relay.isOneWay()) {
				failure = write(first);
			}
			if (failure != null && this.relay.isOrdered()) {
				end(failure);
				return;
			}
			if (failure != null && this.fault == null) {
				this.fault = failure;
				takeNoMore();
			}
		}
		if (isReady()) {
			resumeIfRoom();
		}
		endIfDone();
	}

	/**
	 * Whether the client reads, or gets nothing any more anyway.
	 */
	private boolean isReady() {
		return connection().isWritable() || connection().isOutputEnding() || !connection().isOpen();
	}

	private void resumeIfRoom() {
		if (isTaking() && this.underWay.size() <= MOST / 2 && this.bytesUnderWay <= MOST_BYTES / 2
				&& repliesToHold() <= this.relay.mostReplyBytes() / 2) {
			connection().resume();
		}
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

	/**
	 * Takes no more. What a client of a one-way route sends now is not even read: where
	 * it can lose nothing that was written to it, RST is to tell it so.
	 */
	private void stopTaking() {
		if (isRefusable()) {
			connection().pause();
		}
		else {
			connection().discardInput();
		}
	}

	private boolean isTaking() {
		return this.refusal == null && !this.failing;
	}

	private boolean isRefusable() {
		return this.relay.isOneWay() && connection().writePosition() == 0;
	}

	private void end(Cause cause) {
		dropAll();
		if (isRefusable()) {
			connection().abort(cause);
		}
		else {
			connection().finish(cause);
		}
	}

	private void refuse(FrameConnection faulty, Cause cause) {
		if (!isRefusable()) {
			drain(faulty, cause);
			return;
		}
		this.refusal = cause;
		faulty.because(cause);
		faulty.pause();
		faulty.drain();
		this.ending = true;
		endIfDone();
	}

	private void dropAll() {
		while (!this.underWay.isEmpty()) {
			drop(this.underWay.removeLast());
		}
	}

	private void endIfDone() {
		Cause why = this.fault;
		if (why != null && this.underWay.isEmpty()) {
			connection().finish(why);
		}
		else if (this.ending && this.underWay.isEmpty()) {
			connection().afterFrames(() -> {
				Cause cause = this.refusal;
				if (this.underWay.isEmpty() && cause != null) {
					end(cause);
				}
				else if (this.underWay.isEmpty()) {
					connection().halfClose();
				}
			});
		}
	}

	@Override
	public void inputEnded(FrameConnection ended) {
		ended.because(new Cause(CloseReason.INBOUND_EOF, EndedBy.INBOUND, ""));
		this.ending = true;
		endIfDone();
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
				faulty.finish(cause);
			}
			case MAX_AGE -> drain(faulty, cause);
			case BAD_FRAME, FRAME_TOO_LONG, FRAME_TIMEOUT, INTERNAL_ERROR -> refuse(faulty, cause);
			default -> {
				dropAll();
				faulty.finish(cause);
			}
		}
	}

	@Override
	public void outputFailed(FrameConnection faulty, Cause cause) {
		end(cause);
	}

	@Override
	public void drain(FrameConnection draining, Cause cause) {
		draining.because(cause);
		draining.discardInput();
		draining.drain();
		this.ending = true;
		endIfDone();
	}

	/** Replies cannot be given any more; frames that are not answered are still taken. */
	@Override
	public void severed(FrameConnection gone, Cause cause) {
		if (!this.relay.isOneWay()) {
			gone.close(cause);
		}
	}

	@Override
	public void closed(FrameConnection gone, Cause cause, long lostFrames, long lostBytes) {
		if (!this.relay.isOneWay()) {
			dropAll();
		}
		// What was taken goes its one way also when its sender has gone.
		this.closed = true;
		this.relay.expectReply(this.expectedReply);
	}

	@Override
	public int inFlight(FrameConnection counted) {
		return this.underWay.size();
	}

}
