package io.framegate.upstream;

import java.net.InetAddress;
import java.util.Arrays;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.Loop;
import org.jspecify.annotations.Nullable;

/**
 * One heartbeat of a link, an exchange of the gateway's own. Event loop only.
 */
final class Beat extends Origin {

	private final Link link;

	private final byte @Nullable [] expected;

	private final Exchange exchange;

	Beat(Link link, byte[] heartbeat, byte @Nullable [] expected) {
		this.link = link;
		this.expected = expected;
		this.exchange = new Exchange(this, heartbeat);
	}

	Exchange exchange() {
		return this.exchange;
	}

	@Override
	public Loop loop() {
		return this.link.shard().loop();
	}

	@Override
	public @Nullable InetAddress address() {
		return null;
	}

	@Override
	public void answered(Exchange answered) {
		byte[] reply = answered.reply();
		this.link.pulse().beaten();
		boolean fits = this.expected == null || Arrays.equals(reply, this.expected);
		if (!fits && !this.link.shard().isOneWay()) {
			this.link.poison(Cause.byGateway(CloseReason.BAD_FRAME, "the heartbeat's answer is not what is expected"));
		}
		else {
			this.link.heartbeatAnswered();
			if (!this.link.isReady()) {
				this.link.shard().takeIntoUse(this.link);
			}
		}
	}

	@Override
	public void failed(Exchange failed, Cause cause) {
		this.link.pulse().beaten();
		boolean tooLong = cause.reason() == CloseReason.FRAME_TOO_LONG && this.expected != null;
		if (tooLong || cause.reason() == CloseReason.REPLY_TIMEOUT) {
			this.link.poison(cause);
		}
	}

}
