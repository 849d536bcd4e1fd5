package io.framegate.link;

import java.util.Collection;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.exchange.Exchange;
import io.framegate.upstream.Evidence;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * What a link finds out about its target: whether the target answers, and whether the
 * link was useful. Event loop only.
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
		 * Whether the connection has lasted longer than {@link TargetState#SOON}.
		 */
		boolean hasLasted();

		/**
		 * Whether the gateway itself is retiring the link.
		 */
		boolean isRetiring();

		/**
		 * Every exchange in flight, oldest first.
		 * @return the exchanges
		 */
		Collection<Exchange> exchangesInFlight();

		/**
		 * The heartbeat that has not been answered yet.
		 * @return the gateway's own exchange, or {@code null}
		 */
		@Nullable Exchange beating();

		/**
		 * The link has carried its first exchange.
		 */
		void proven();

	}

	private final Owner owner;

	/** A request was answered. */
	private boolean proven;

	private boolean judged;

	/** Why it closed, unless the gateway closed it. */
	private @Nullable Cause ended;

	TargetFeedback(Owner owner) {
		this.owner = owner;
	}

	boolean isProven() {
		return this.proven;
	}

	/**
	 * The target answered a request.
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
	 * The link takes no more exchanges. Only the first call counts. A target is trusted
	 * less if it does not answer, or closes connections before they were useful.
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
	 * Why the link was useless: it closed before it was ready, or soon and without an
	 * exchange.
	 * @return why it closed; {@code null} if it was useful, or no longer needed
	 */
	@Nullable Cause fruitless() {
		boolean used = this.owner.isReady() && (this.proven || this.owner.hasLasted());
		return used ? null : this.ended;
	}

}
