package io.framegate.route;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How targets are probed: a TCP connect, or an exchange if there is something to send.
 *
 * @param interval how often; 0 for never
 * @param fall how many failed probes in a row take a target down
 * @param rise how many good probes in a row bring it up again
 * @param send the probe's payload: text, or base64: and the bytes
 * @param expect the answer's payload; not set, any answer will do
 */
public record HealthCheck(@DefaultValue("0s") Duration interval,
		@Range(min = 1, max = 1000) @DefaultValue("3") int fall,
		@Range(min = 1, max = 1000) @DefaultValue("2") int rise, @Nullable String send, @Nullable String expect) {

	void check(Validation at) {
		at.payload("send", this.send);
		at.payload("expect", this.expect);
		if (this.expect != null && this.send == null) {
			at.refuse("send", "is required where an answer is expected");
		}
	}

}
