package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import org.jspecify.annotations.Nullable;

/**
 * Closes a client's connection once all that it has asked for is answered. The
 * connection's event loop calls.
 */
final class GracefulClose {

	/** The client. */
	interface Owner {

		FrameConnection connection();

		/**
		 * Whether all that the client has asked for is answered.
		 * @return whether nothing is under way
		 */
		boolean isDone();

		/**
		 * Forgets what is under way.
		 */
		void dropAll();

	}

	private final Owner owner;

	private final boolean oneWay;

	/** No more requests come: FIN once the last one is answered. */
	private boolean ending;

	/** An exchange has failed: no more requests are taken. */
	private boolean failing;

	/** What ends the client once the others are answered, where their order is free. */
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
	 * Whether a frame that is there may still become an exchange.
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
	 * Takes no more. What a client of a one-way route sends now is not even read: where
	 * it can lose nothing that was written to it, RST is to tell it so.
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
	 * Takes no more, and closes once the others are answered.
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
	 * Forgets what is under way and closes.
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
	 * Takes no more, for what came cannot be taken.
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
	 * Takes no more, though all that was taken is answered.
	 * @param cause why
	 */
	void drain(Cause cause) {
		connection().because(cause);
		connection().discardInput();
		connection().drain();
		afterTheLast();
	}

	/**
	 * Closes once the last request is answered: no more will come.
	 */
	void afterTheLast() {
		this.ending = true;
		ifDone();
	}

	/**
	 * Closes if it is time to.
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
