package io.framegate.route;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A frame sent from time to time on permanent links, and the answer to it.
 *
 * @param interval how often; 0 for never
 * @param send the frame's payload: text, or base64: and the bytes
 * @param expect the answer's payload; not set, any answer will do
 */
public record Heartbeat(@DefaultValue("0s") Duration interval, @Nullable String send, @Nullable String expect) {

	void check(Validation at) {
		at.payload("send", this.send);
		at.payload("expect", this.expect);
		if (this.interval.isPositive() && this.send == null) {
			at.refuse("send", "is required where the interval is not 0");
		}
	}

}
