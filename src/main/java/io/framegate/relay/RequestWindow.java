package io.framegate.relay;

import java.util.Objects;

import io.framegate.exchange.Exchange;
import io.framegate.transport.MemoryBudget;

/**
 * How much a client has in flight. It is full at {@link #MAX} requests or
 * {@link #MAX_BYTES}, or if the replies could not be held when all came at once. The
 * connection's event loop calls.
 */
final class RequestWindow {

	/** Counts memory for the client's connection. */
	interface Owner {

		/**
		 * Holds more memory, even if there is not enough.
		 * @param bytes how much; less if it is negative
		 */
		void hold(long bytes);

		/**
		 * Holds more memory if there is enough.
		 * @param bytes how much
		 * @return whether it is held now
		 */
		boolean tryHold(long bytes);

	}

	/** Reading pauses at so many exchanges in flight. */
	private static final int MAX = 256;

	/** Reading pauses at so many request bytes in flight. */
	private static final int MAX_BYTES = 256 * 1024;

	/** What an exchange takes besides its frames, in bytes. */
	private static final int OBJECTS = 256;

	private final ExchangePolicy policy;

	private final Owner owner;

	private int exchangesInFlight;

	private long bytesInFlight;

	/** Bytes of replies that wait for an earlier one or for the client to read. */
	private long repliesHeld;

	/** How long the next reply is expected to be, in bytes. */
	private int expectedReply;

	RequestWindow(ExchangePolicy policy, int expectedReply, Owner owner) {
		this.policy = policy;
		this.expectedReply = expectedReply;
		this.owner = owner;
	}

	void begin(Exchange exchange) {
		this.exchangesInFlight++;
		this.bytesInFlight += exchange.request().length;
		exchange.heldBytes(MemoryBudget.cost(exchange.request().length) + OBJECTS);
		this.owner.hold(exchange.heldBytes());
	}

	/**
	 * An exchange is no longer in flight. It may still hold memory.
	 * @param exchange the exchange
	 */
	void end(Exchange exchange) {
		this.exchangesInFlight--;
		this.bytesInFlight -= exchange.request().length;
	}

	/**
	 * An exchange holds nothing any more.
	 * @param exchange the exchange
	 */
	void release(Exchange exchange) {
		long bytes = exchange.heldBytes();
		exchange.heldBytes(0);
		this.owner.hold(-bytes);
		if (exchange.isReplyHeld()) {
			exchange.replyHeld(false);
			this.repliesHeld -= Objects.requireNonNull(exchange.reply()).length;
		}
	}

	/**
	 * Learns how long replies are.
	 * @param length the length of one, in bytes
	 */
	void expect(int length) {
		this.expectedReply = (length > this.expectedReply) ? length
				: this.expectedReply - (this.expectedReply - length >> 3);
	}

	int expectedReply() {
		return this.expectedReply;
	}

	/**
	 * Keeps a reply that the client cannot get at once.
	 * @param exchange the exchange
	 * @return whether there is memory for it
	 */
	boolean keepReply(Exchange exchange) {
		int length = Objects.requireNonNull(exchange.reply()).length;
		long bytes = MemoryBudget.cost(length);
		if (this.repliesHeld > this.policy.mostHeldBytes() || !this.owner.tryHold(bytes)) {
			return false;
		}
		exchange.heldBytes(exchange.heldBytes() + bytes);
		exchange.replyHeld(true);
		this.repliesHeld += length;
		return true;
	}

	boolean isFull() {
		return this.exchangesInFlight >= MAX || this.bytesInFlight >= MAX_BYTES
				|| repliesToHold() >= this.policy.mostReplyBytes();
	}

	/**
	 * Whether the window is half empty, so that the client may be read again.
	 */
	boolean hasRoom() {
		return this.exchangesInFlight <= MAX / 2 && this.bytesInFlight <= MAX_BYTES / 2
				&& repliesToHold() <= this.policy.mostReplyBytes() / 2;
	}

	/**
	 * What the client's replies would take if all came now and none could be written.
	 */
	private long repliesToHold() {
		return this.repliesHeld + (long) this.expectedReply * this.exchangesInFlight;
	}

}
