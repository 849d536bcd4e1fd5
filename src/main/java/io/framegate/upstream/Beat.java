package io.framegate.upstream;

import java.net.InetAddress;
import java.util.Arrays;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.Loop;
import io.framegate.route.Heartbeat;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * An exchange of the gateway's own: a heartbeat of a link, the first of which signs on.
 * Event loop only.
 */
final class Beat extends Origin {

	private final Shard shard;

	private final Link link;

	private final byte @Nullable [] expected;

	private final Exchange exchange;

	Beat(Shard shard, Link link, byte[] heartbeat) {
		this.shard = shard;
		this.link = link;
		this.expected = expected(shard.links().heartbeat());
		this.exchange = new Exchange(this, heartbeat);
	}

	static byte @Nullable [] expected(Heartbeat heartbeat) {
		String expect = heartbeat.expect();
		return (expect != null) ? Payloads.bytes(expect) : null;
	}

	Exchange exchange() {
		return this.exchange;
	}

	/**
	 * How long an answer may take: as any reply, and no longer than from one heartbeat to
	 * the next.
	 * @return nanoseconds
	 */
	static long limit(Links links) {
		long interval = links.heartbeat().interval().toNanos();
		long reply = links.connector().terms().timeouts().nanos(Timer.REPLY);
		return (reply > 0) ? Math.min(reply, interval) : interval;
	}

	@Override
	public Loop loop() {
		return this.shard.loop();
	}

	@Override
	public @Nullable InetAddress address() {
		return null;
	}

	@Override
	public void answered(Exchange answered) {
		byte[] reply = answered.reply();
		this.link.beaten();
		boolean fits = this.expected == null || Arrays.equals(reply, this.expected);
		if (this.shard.isOneWay() || fits) {
			if (!this.link.isReady()) {
				this.link.ready();
				this.shard.freed(this.link);
			}
		}
		else {
			this.link.poison(Cause.byGateway(CloseReason.BAD_FRAME, "the heartbeat's answer is not what is expected"));
		}
	}

	@Override
	public void failed(Exchange failed, Cause cause) {
		this.link.beaten();
		if (cause.reason() == CloseReason.REPLY_TIMEOUT) {
			this.link.poison(cause);
		}
	}

	/**
	 * What is to be said of a heartbeat without an answer.
	 */
	static Cause missing(Links links) {
		return Cause.byGateway(CloseReason.REPLY_TIMEOUT, "no answer to the heartbeat within "
				+ Timeouts.text(java.time.Duration.ofMillis(Math.max(1, limit(links) / 1_000_000))));
	}

}
