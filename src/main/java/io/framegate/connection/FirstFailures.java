package io.framegate.connection;

import io.framegate.closure.Side;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the first peers on one side of a route all sent the same kind of bytes, of
 * which no frame could be cut: the framing is wrong, or the port. Any thread may call;
 * nothing blocks.
 */
public final class FirstFailures {

	private static final Logger logger = LoggerFactory.getLogger(FirstFailures.class);

	/** So many alike are no accident. */
	private static final int ALIKE = 3;

	private static final String LOOKS_LIKE = "looks like ";

	private final String route;

	private final Side side;

	private final String framing;

	private volatile boolean frameCut;

	private int failures;

	private boolean alike = true;

	private String resemblance = "";

	/**
	 * Nothing has failed yet.
	 * @param route the route's name
	 * @param side the side
	 * @param framing the name of the framing expected there
	 */
	public FirstFailures(String route, Side side, String framing) {
		this.route = route;
		this.side = side;
		this.framing = framing;
	}

	/** A frame was cut: the framing is right for some peers. */
	void frameCut() {
		if (!this.frameCut) {
			this.frameCut = true;
		}
	}

	/**
	 * A connection failed before its peer had sent a frame.
	 * @param looksLike what its first bytes look like, empty if unknown
	 */
	void failed(String looksLike) {
		boolean enough;
		synchronized (this) {
			if (this.failures > 0 && !this.resemblance.equals(looksLike)) {
				this.alike = false;
			}
			this.resemblance = looksLike;
			enough = ++this.failures == ALIKE;
		}
		String advice = enough ? advice() : null;
		if (advice != null) {
			// A blocked console must not stop an event loop.
			Thread.ofVirtual().start(() -> logger.warn("Route '{}': {}", this.route, advice));
		}
	}

	/**
	 * What to say of them.
	 * @return a sentence, or {@code null} if there is nothing to say
	 */
	public synchronized @Nullable String advice() {
		if (this.frameCut || this.failures < ALIKE || !this.alike || this.resemblance.isEmpty()) {
			return null;
		}
		boolean inbound = this.side == Side.INBOUND;
		String who = inbound ? "Its first %d clients".formatted(this.failures)
				: "Its servers, on the first %d connections,".formatted(this.failures);
		String what = this.resemblance.startsWith(LOOKS_LIKE)
				? "sent what looks like " + this.resemblance.substring(LOOKS_LIKE.length())
				: "sent frames that cannot be cut, but " + this.resemblance;
		return "%s %s; the route expects %s. Check the port, or set framegate.routes.%s.%s.framing".formatted(who, what,
				this.framing, this.route, inbound ? "listen" : "upstream");
	}

}
