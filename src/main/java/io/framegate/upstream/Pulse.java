package io.framegate.upstream;

import java.time.Duration;
import java.util.Arrays;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.route.Heartbeat;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeats of a permanent link: the first signs on, the others keep it alive while
 * nothing else does, and one without an answer ends it. Event loop only.
 */
final class Pulse {

	private final Link link;

	private final Heartbeat heartbeat;

	private @Nullable Exchange beating;

	Pulse(Link link, Heartbeat heartbeat) {
		this.link = link;
		this.heartbeat = heartbeat;
	}

	/**
	 * The heartbeat that has not been answered yet.
	 * @return the gateway's own exchange, or {@code null}
	 */
	@Nullable Exchange beating() {
		return this.beating;
	}

	void beaten() {
		this.beating = null;
	}

	/**
	 * Sends the first heartbeat, if there are any.
	 * @return whether its answer has to be there before the link is used
	 */
	boolean signOn() {
		if (!isOn()) {
			return false;
		}
		beat();
		return this.heartbeat.expect() != null;
	}

	private boolean isOn() {
		return this.heartbeat.interval().isPositive() && this.heartbeat.send() != null;
	}

	private void beat() {
		Exchange next = new Beat(this.link, Payloads.bytes(String.valueOf(this.heartbeat.send())), expected())
			.exchange();
		if (this.link.hasRoomForHeartbeat(next)) {
			next.claim();
			this.beating = next;
			this.link.send(next);
		}
	}

	private byte @Nullable [] expected() {
		String expect = this.heartbeat.expect();
		return (expect != null) ? Payloads.bytes(expect) : null;
	}

	void sweep(long now) {
		boolean oneWay = this.link.shard().isOneWay();
		Exchange sent = this.beating;
		if (sent != null) {
			if (now - sent.createdAt() >= limit() && !oneWay) {
				timeouts().countFired(Timer.REPLY);
				this.link.poison(missing());
			}
		}
		else if (isOn() && this.link.isOpen()) {
			FrameConnection connection = this.link.connection();
			long heard = oneWay ? connection.lastActivity() : connection.lastReadNanos();
			if (now - heard >= this.heartbeat.interval().toNanos()) {
				beat();
			}
		}
	}

	/**
	 * Takes a frame that matches no exchange, if it answers a heartbeat.
	 * @param reply the frame
	 * @param isReply whether it can be one by the condition for replies
	 * @return whether it does
	 */
	boolean answered(byte[] reply, boolean isReply) {
		Exchange sent = this.beating;
		if (sent == null) {
			return false;
		}
		boolean answers = (this.heartbeat.expect() != null) ? isExpected(reply) : isReply && sent.key() == null;
		if (answers) {
			sent.answer(reply);
		}
		return answers;
	}

	/**
	 * Whether a frame is what a heartbeat is to be answered with.
	 * @param reply the frame
	 * @return {@code false} also where any answer will do
	 */
	boolean isExpected(byte[] reply) {
		byte[] expected = expected();
		return expected != null && Arrays.equals(reply, expected);
	}

	/**
	 * The key in the heartbeat, which the gateway uses for nothing else.
	 * @param correlator finds it
	 * @return the key's text, or {@code null} for none
	 */
	@Nullable String key(Correlator correlator) {
		String send = isOn() ? this.heartbeat.send() : null;
		CorrelationKey key = (send != null) ? correlator.inRequest(Payloads.bytes(send)) : null;
		return (key != null) ? key.text() : null;
	}

	private Timeouts timeouts() {
		return this.link.shard().connector().terms().timeouts();
	}

	/**
	 * How long an answer may take: as any reply, and no longer than from one heartbeat to
	 * the next.
	 */
	private long limit() {
		long interval = this.heartbeat.interval().toNanos();
		long reply = timeouts().nanos(Timer.REPLY);
		return (reply > 0) ? Math.min(reply, interval) : interval;
	}

	private Cause missing() {
		return Cause.byGateway(CloseReason.REPLY_TIMEOUT, "no answer to the heartbeat within "
				+ Timeouts.text(Duration.ofMillis(Math.max(1, limit() / 1_000_000))));
	}

}
