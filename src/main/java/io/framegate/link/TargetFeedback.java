package io.framegate.link;

import java.util.Collection;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.exchange.Exchange;
import io.framegate.upstream.Connector;
import io.framegate.upstream.Evidence;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * What a link finds out about its target: whether the target answers, and whether the
 * link was of use. Event loop only.
 */
final class TargetFeedback {

	/**
	 * What it needs of its link.
	 */
	interface Owner {

		@Nullable TargetState target();

		/**
		 * Whether exchanges could be sent.
		 * @return {@code false} before the link was taken into use
		 */
		boolean isReady();

		/**
		 * Whether the connection has lasted longer than {@link Connector#SOON}.
		 * @return whether it is older
		 */
		boolean hasLasted();

		/**
		 * Whether the gateway itself wishes the link to end.
		 * @return whether it takes no more exchanges
		 */
		boolean isRetiring();

		/**
		 * Every exchange under way, oldest first.
		 * @return the exchanges
		 */
		Collection<Exchange> exchangesInFlight();

		/**
		 * The heartbeat that has not been answered yet.
		 * @return the gateway's own exchange, or {@code null}
		 */
		@Nullable Exchange beating();

		/**
		 * The link has been of use for a first time.
		 */
		void proven();

	}

	private final Owner owner;

	/** A request was answered. */
	private boolean proven;

	private boolean judged;

	/** Why it ended, where that was not the gateway's wish. */
	private @Nullable Cause ended;

	TargetFeedback(Owner owner) {
		this.owner = owner;
	}

	boolean isProven() {
		return this.proven;
	}

	/**
	 * The target did what it is there for.
	 */
	void worked() {
		if (!this.proven) {
			this.proven = true;
			this.owner.proven();
		}
		TargetState target = this.owner.target();
		if (target != null) {
			target.worked();
		}
	}

	/**
	 * A heartbeat was answered as expected.
	 */
	void heartbeatAnswered() {
		TargetState target = this.owner.target();
		if (target != null) {
			target.answered();
		}
	}

	/**
	 * Exchanges were not answered, and the link stays.
	 * @param exchanges some, all of one moment
	 */
	void unanswered(Collection<Exchange> exchanges) {
		TargetState target = this.owner.target();
		if (target != null && !exchanges.isEmpty()) {
			target.failed(hasRequest(exchanges) ? Evidence.EXCHANGE : Evidence.ANSWER);
		}
	}

	/**
	 * The connection could not be established.
	 * @param cause why
	 */
	void connectFailed(Cause cause) {
		this.ended = cause;
	}

	/**
	 * The link takes no more exchanges. What counts is the first time: a target that does
	 * not answer what it was sent, or ends connections before they are of use, is a
	 * little less to be trusted.
	 * @param cause why
	 */
	void ended(Cause cause) {
		if (this.judged) {
			return;
		}
		this.judged = true;
		TargetState target = this.owner.target();
		if (!this.owner.isRetiring() && cause.endedBy() != EndedBy.OPERATOR) {
			boolean mute = target != null && cause.detail().isEmpty();
			this.ended = mute ? new Cause(cause.reason(), cause.endedBy(),
					Objects.requireNonNull(target).target() + " ended the connection unused") : cause;
		}
		Evidence missed = missed(cause);
		if (target != null && missed != null) {
			target.failed(missed);
		}
	}

	private @Nullable Evidence missed(Cause cause) {
		if (cause.endedBy() == EndedBy.OPERATOR || cause.reason() == CloseReason.INTERNAL_ERROR) {
			return null;
		}
		if (hasRequest(this.owner.exchangesInFlight())) {
			return Evidence.EXCHANGE;
		}
		boolean bad = this.owner.beating() != null || cause.reason() == CloseReason.BAD_FRAME || fruitless() != null;
		return (bad && !this.owner.isRetiring()) ? Evidence.ANSWER : null;
	}

	private boolean hasRequest(Collection<Exchange> exchanges) {
		Exchange heartbeat = this.owner.beating();
		return exchanges.stream().anyMatch((exchange) -> exchange != heartbeat);
	}

	/**
	 * Why the link was of no use, if it ended before it was ready, or soon and without
	 * having carried anything.
	 * @return why it ended; {@code null} where it was of use, or not needed any more
	 */
	@Nullable Cause fruitless() {
		boolean used = this.owner.isReady() && (this.proven || this.owner.hasLasted());
		return used ? null : this.ended;
	}

}
