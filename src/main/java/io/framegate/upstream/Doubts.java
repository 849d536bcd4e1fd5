package io.framegate.upstream;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;

/**
 * What came on a link that no exchange explains: counted, held against the target, and
 * the end of the link where a later match would be unsafe. Event loop only.
 */
final class Doubts {

	private final Link link;

	private boolean halfCounted;

	Doubts(Link link) {
		this.link = link;
	}

	/**
	 * A reply that nobody waits for.
	 * @param what the cause in {@code framegate.replies.discarded}
	 */
	void discard(String what) {
		this.link.shard().connector().terms().meters().countDiscarded(what);
	}

	/**
	 * A reply came that no exchange waits for.
	 */
	void unsolicited() {
		String what = (this.link.exchanges() > 0) ? "doubled" : "unsolicited";
		stray(what, what + " reply");
	}

	/**
	 * A reply came before its request had left.
	 */
	void early() {
		stray("unsolicited", "a reply came before its request had left");
	}

	/**
	 * A reply came with a key that is not its request's.
	 */
	void unmatched() {
		stray("unmatched", "the reply's key is not the request's");
	}

	/**
	 * A reply came that cannot be an exchange's: nothing on this link is certain any
	 * more.
	 */
	private void stray(String what, String detail) {
		discard(what);
		TargetState target = this.link.target();
		if (target != null) {
			target.strayed();
		}
		this.link.poison(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, detail));
	}

	/**
	 * The connection ended, perhaps inside a reply.
	 * @param ended the connection
	 */
	void ended(FrameConnection ended) {
		if (!this.halfCounted && ended.isInsideFrame() && !this.link.shard().isOneWay()) {
			this.halfCounted = true;
			discard("half");
		}
	}

}
