package io.framegate.link;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.CorrelationKey;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.route.Heartbeat;
import io.framegate.route.Payload;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeats of a permanent link. The first one signs on. The others keep an
 * otherwise quiet link alive. A link whose heartbeat is not answered closes. Event loop
 * only.
 */
final class Heartbeats {

	/**
	 * What heartbeats need of their link.
	 */
	interface Owner {

		Loop loop();

		/**
		 * Whether exchanges may be sent.
		 */
		boolean isOpen();

		/**
		 * When the link was last known to be alive.
		 * @return a {@link System#nanoTime()} stamp
		 */
		long lastAliveAt();

		/**
		 * Whether a heartbeat can be sent now.
		 * @param heartbeat the gateway's own exchange
		 */
		boolean hasRoomForHeartbeat(Exchange heartbeat);

		/**
		 * Sends a request.
		 * @param exchange the exchange, claimed
		 */
		void send(Exchange exchange);

		/**
		 * A heartbeat was answered as expected.
		 */
		void heartbeatAnswered();

		/**
		 * Closes the link at once.
		 * @param cause why
		 */
		void poison(Cause cause);

	}

	private final Owner owner;

	private final Heartbeat heartbeat;

	private final boolean oneWay;

	private final Timeouts timeouts;

	private @Nullable Exchange beating;

	Heartbeats(Owner owner, LinkSettings settings) {
		this.owner = owner;
		this.heartbeat = settings.heartbeat();
		this.oneWay = settings.oneWay();
		this.timeouts = settings.timeouts();
	}

	/**
	 * The heartbeat that has not been answered yet.
	 * @return the gateway's own exchange, or {@code null}
	 */
	@Nullable Exchange beating() {
		return this.beating;
	}

	/**
	 * Sends the first heartbeat, if heartbeats are on.
	 * @return whether its answer must come before the link is used
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
		Beat beat = new Beat(expected());
		Exchange next = new Exchange(beat, new Payload(String.valueOf(this.heartbeat.send())).bytes());
		if (this.owner.hasRoomForHeartbeat(next)) {
			next.claim();
			this.beating = next;
			this.owner.send(next);
		}
	}

	private byte @Nullable [] expected() {
		String expect = this.heartbeat.expect();
		return (expect != null) ? new Payload(expect).bytes() : null;
	}

	void sweep(long now) {
		Exchange sent = this.beating;
		if (sent != null) {
			if (now - sent.createdAt() >= limit() && !this.oneWay) {
				this.timeouts.countFired(Timeout.REPLY);
				this.owner.poison(missing());
			}
		}
		else if (isOn() && this.owner.isOpen()
				&& now - this.owner.lastAliveAt() >= this.heartbeat.interval().toNanos()) {
			beat();
		}
	}

	/**
	 * Takes a frame that matches no exchange, if it answers a heartbeat.
	 * @param reply the frame
	 * @param isReply whether it meets the condition for replies
	 * @return whether it answers a heartbeat
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
	 * Whether a frame is the expected answer to a heartbeat.
	 * @param reply the frame
	 * @return {@code false} also if any answer will do
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
		CorrelationKey key = (send != null) ? correlator.inRequest(new Payload(send).bytes()) : null;
		return (key != null) ? key.text() : null;
	}

	/**
	 * How long an answer may take: as long as any reply, but no longer than the heartbeat
	 * interval.
	 */
	private long limit() {
		long interval = this.heartbeat.interval().toNanos();
		long reply = this.timeouts.nanos(Timeout.REPLY);
		return (reply > 0) ? Math.min(reply, interval) : interval;
	}

	private Cause missing() {
		return Cause.byGateway(CloseReason.REPLY_TIMEOUT, "no answer to the heartbeat within "
				+ Timeouts.text(Duration.ofMillis(Math.max(1, limit() / 1_000_000))));
	}

	/**
	 * One heartbeat, an exchange of the gateway's own.
	 */
	private final class Beat extends Requester {

		private final byte @Nullable [] expected;

		Beat(byte @Nullable [] expected) {
			this.expected = expected;
		}

		@Override
		public Loop loop() {
			return Heartbeats.this.owner.loop();
		}

		@Override
		public @Nullable InetAddress address() {
			return null;
		}

		@Override
		public void answered(Exchange answered) {
			byte[] reply = answered.reply();
			Heartbeats.this.beating = null;
			boolean fits = this.expected == null || Arrays.equals(reply, this.expected);
			if (!fits && !Heartbeats.this.oneWay) {
				Heartbeats.this.owner
					.poison(Cause.byGateway(CloseReason.BAD_FRAME, "unexpected answer to the heartbeat"));
			}
			else {
				Heartbeats.this.owner.heartbeatAnswered();
			}
		}

		@Override
		public void failed(Exchange failed, Cause cause) {
			Heartbeats.this.beating = null;
			boolean tooLong = cause.reason() == CloseReason.FRAME_TOO_LONG && this.expected != null;
			if (tooLong || cause.reason() == CloseReason.REPLY_TIMEOUT) {
				Heartbeats.this.owner.poison(cause);
			}
		}

	}

}
