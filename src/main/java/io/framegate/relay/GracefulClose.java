package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import org.jspecify.annotations.Nullable;

/**
 * Closes a client's connection after all of its requests are answered. The connection's
 * event loop calls.
 */
final class GracefulClose {

	/** The client. */
	interface Owner {

		FrameConnection connection();

		/**
		 * Whether all of the client's requests are answered.
		 */
		boolean isDone();

		/**
		 * Forgets what is in flight.
		 */
		void dropAll();

	}

	private final Owner owner;

	private final boolean oneWay;

	/** No more requests come: FIN follows the last reply. */
	private boolean ending;

	/** An exchange has failed: no more requests are taken. */
	private boolean failing;

	/**
	 * Why the client's connection closes after the other replies, for replies in any
	 * order.
	 */
	private @Nullable Cause fault;

	/** Why frames of a one-way client cannot be taken. */
	private @Nullable Cause refusal;

	GracefulClose(Owner owner, boolean oneWay) {
		this.owner = owner;
		this.oneWay = oneWay;
	}

	private FrameConnection connection() {
		return this.owner.connection();
	}

	/**
	 * Whether a received frame may still become an exchange.
	 * @return {@code false} once nobody would get a reply
	 */
	boolean takesFrames() {
		return !this.failing && !(this.ending && connection().isOutputEnding());
	}

	/**
	 * Whether the client is to be read.
	 * @return {@code false} once one of its requests was refused or has failed
	 */
	boolean isReading() {
		return this.refusal == null && !this.failing;
	}

	/**
	 * Takes no more. A one-way client is not even read from now on. If nothing written to
	 * it can be lost, RST tells it so.
	 */
	void takeNoMore() {
		this.failing = true;
		if (isRefusable()) {
			connection().pause();
		}
		else {
			connection().discardInput();
		}
		this.ending = true;
	}

	/**
	 * Takes no more, and closes after the other replies.
	 * @param cause why; the first one counts
	 */
	void failAfterTheOthers(Cause cause) {
		if (this.fault == null) {
			this.fault = cause;
			takeNoMore();
		}
	}

	private boolean isRefusable() {
		return this.oneWay && connection().writePosition() == 0;
	}

	/**
	 * Forgets what is in flight and closes.
	 * @param cause why
	 */
	void now(Cause cause) {
		this.owner.dropAll();
		if (isRefusable()) {
			connection().abort(cause);
		}
		else {
			connection().closeGracefully(cause);
		}
	}

	/**
	 * Takes no more, because a frame cannot be taken.
	 * @param cause why
	 */
	void refuse(Cause cause) {
		if (!isRefusable()) {
			drain(cause);
			return;
		}
		this.refusal = cause;
		connection().because(cause);
		connection().pause();
		connection().drain();
		afterTheLast();
	}

	/**
	 * Takes no more, though every request is answered.
	 * @param cause why
	 */
	void drain(Cause cause) {
		connection().because(cause);
		connection().discardInput();
		connection().drain();
		afterTheLast();
	}

	/**
	 * Closes after the last reply: no more requests will come.
	 */
	void afterTheLast() {
		this.ending = true;
		ifDone();
	}

	/**
	 * Closes if all is done.
	 */
	void ifDone() {
		Cause why = this.fault;
		if (why != null && this.owner.isDone()) {
			connection().closeGracefully(why);
		}
		else if (this.ending && this.owner.isDone()) {
			connection().afterFrames(() -> {
				Cause cause = this.refusal;
				if (this.owner.isDone() && cause != null) {
					now(cause);
				}
				else if (this.owner.isDone()) {
					connection().halfClose();
				}
			});
		}
	}

}
