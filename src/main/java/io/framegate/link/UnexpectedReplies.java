package io.framegate.link;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * Frames on a link that no exchange explains. They are counted, lower the trust in the
 * target, and close the link if a later match would be unsafe. Event loop only.
 */
final class UnexpectedReplies {

	/**
	 * What this part needs of its link.
	 */
	interface Owner {

		/**
		 * How many exchanges the link was given.
		 * @return a number of exchanges
		 */
		long exchanges();

		@Nullable TargetState target();

		/**
		 * Closes the link at once.
		 * @param cause why
		 */
		void poison(Cause cause);

		/**
		 * Takes no more exchanges, and closes the link once none is in flight.
		 * @param cause why
		 */
		void takeNoMore(Cause cause);

	}

	private final Owner owner;

	private final LinkSettings settings;

	private boolean halfCounted;

	UnexpectedReplies(Owner owner, LinkSettings settings) {
		this.owner = owner;
		this.settings = settings;
	}

	/**
	 * A reply that nobody waits for.
	 * @param what the cause in {@code framegate.replies.discarded}
	 */
	void discard(String what) {
		this.settings.metrics().countDiscarded(what);
	}

	/**
	 * A frame came that is no reply.
	 * @param from its connection, which stays
	 * @param frame the frame
	 * @param fault why it can't be given to anybody, or {@code null}
	 */
	void noReply(FrameConnection from, byte[] frame, @Nullable Cause fault) {
		if (fault == null) {
			this.settings.unsolicited().take(from, frame);
		}
		else {
			discard("too-long");
		}
	}

	/**
	 * A reply came that no exchange waits for.
	 */
	void unsolicited() {
		String what = (this.owner.exchanges() > 0) ? "doubled" : "unsolicited";
		unexpected(what, what + " reply");
	}

	/**
	 * A reply came before its request was sent.
	 */
	void early() {
		unexpected("unsolicited", "a reply arrived before its request was sent");
	}

	/**
	 * A reply came with a key that is not its request's.
	 */
	void unmatched() {
		unexpected("unmatched", "the reply's key is not the request's");
	}

	/**
	 * A reply came a second time, and by its key it is not that of the exchange in
	 * flight, which goes on.
	 */
	void repeated() {
		this.owner.takeNoMore(countUnexpected("doubled", "doubled reply"));
	}

	/**
	 * A reply came that belongs to no exchange: nothing on this link is certain any more.
	 */
	private void unexpected(String what, String detail) {
		this.owner.poison(countUnexpected(what, detail));
	}

	private Cause countUnexpected(String what, String detail) {
		discard(what);
		TargetState target = this.owner.target();
		if (target != null) {
			target.unexpectedReply();
		}
		return new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, detail);
	}

	/**
	 * The connection closed, perhaps inside a reply.
	 * @param insideFrame whether a part of a frame had come
	 */
	void ended(boolean insideFrame) {
		if (!this.halfCounted && insideFrame && !this.settings.oneWay()) {
			this.halfCounted = true;
			discard("half");
		}
	}

}
