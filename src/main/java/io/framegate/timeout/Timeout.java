package io.framegate.timeout;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The waits of the gateway. Each has a limit per route; a limit of zero means none.
 */
public enum Timeout {

	/** Connect started → established, for each target. */
	CONNECT(Duration.ofSeconds(5)),

	/** TLS, and a PROXY protocol header, started → done. */
	TLS_HANDSHAKE(Duration.ofSeconds(10)),

	/** Open → first complete inbound frame. */
	FIRST_FRAME(Duration.ZERO),

	/** First byte of a frame → its last byte; dribbling does not extend it. */
	FRAME(Duration.ofSeconds(30)),

	/** No byte in either direction. */
	IDLE(Duration.ofMinutes(5)),

	/**
	 * Request fully written upstream, or queued for a pool place → reply complete. In
	 * session mode, off by default: last frame written upstream → anything back.
	 */
	REPLY(Duration.ofSeconds(30)),

	/** Bytes pending and none accepted by the peer's kernel. */
	WRITE(Duration.ofSeconds(30)),

	/**
	 * A drain begun → done; or our FIN sent and nothing more to deliver → the peer's FIN.
	 */
	DRAIN(Duration.ofSeconds(10)),

	/** Open → drained. */
	MAX_AGE(Duration.ZERO);

	private final Duration byDefault;

	private final String label;

	Timeout(Duration byDefault) {
		this.byDefault = byDefault;
		this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * The limit if nothing is configured.
	 * @return zero for none
	 */
	public Duration byDefault() {
		return this.byDefault;
	}

	/**
	 * The name used in properties, endpoints, metrics and logs.
	 * @return the name in kebab-case
	 */
	public String label() {
		return this.label;
	}

	public static Optional<Timeout> of(String label) {
		return Stream.of(values()).filter((timer) -> timer.label.equals(label)).findFirst();
	}

}
