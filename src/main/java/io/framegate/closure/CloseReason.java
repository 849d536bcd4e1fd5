package io.framegate.closure;

import java.util.Locale;

/**
 * Why a connection ended. The one list that log, metrics, endpoints and pages use.
 */
public enum CloseReason {

	/** The inbound peer sent FIN first: the normal end of most sessions. */
	INBOUND_EOF,

	/** The upstream peer sent FIN first. */
	UPSTREAM_EOF,

	/** The inbound peer reset the connection. */
	INBOUND_RESET,

	/** The upstream peer reset the connection. */
	UPSTREAM_RESET,

	/** No target accepted: connection refused. */
	UPSTREAM_REFUSED,

	/** No route to a target, or its name cannot be resolved. */
	UPSTREAM_UNREACHABLE,

	/** A target did not answer the connect in time. */
	CONNECT_TIMEOUT,

	/** The TLS handshake or the PROXY header was not done in time. */
	TLS_HANDSHAKE_TIMEOUT,

	/** The TLS handshake failed. */
	TLS_FAILED,

	/** No complete frame came after the connection opened. */
	FIRST_FRAME_TIMEOUT,

	/** A frame was begun and not completed in time. */
	FRAME_TIMEOUT,

	/** No byte in either direction. */
	IDLE_TIMEOUT,

	/** A request was not answered in time. */
	REPLY_TIMEOUT,

	/** The peer stopped taking bytes. */
	WRITE_TIMEOUT,

	/** A drain was not done in time. */
	DRAIN_TIMEOUT,

	/** The connection reached its greatest age. */
	MAX_AGE,

	/** A frame longer than the limit. */
	FRAME_TOO_LONG,

	/** Bytes that the framing does not allow. */
	BAD_FRAME,

	/** The peer's FIN came inside a frame. */
	TRUNCATED_FRAME,

	/** A payload that the other side's framing cannot carry. */
	FRAME_NOT_ENCODABLE,

	/** A reply came that no request awaits: its connection cannot be trusted any more. */
	LATE_REPLY,

	/** The route has as many connections as it may. */
	LIMIT_CONNECTIONS,

	/** The peer's address has as many connections as it may. */
	LIMIT_PER_IP,

	/** Connections came faster than the route accepts them. */
	LIMIT_RATE,

	/** The peer's address is not allowed. */
	DENIED,

	/** The PROXY header is missing, wrong or not to be trusted. */
	PROXY_HEADER_BAD,

	/** The gateway could not take more. */
	OVERLOAD,

	/** An operator closed the connection. */
	OPERATOR_CLOSE,

	/** An operator aborted the connection. */
	OPERATOR_ABORT,

	/** The route was drained. */
	ROUTE_DRAIN,

	/** An upstream connection that the gateway no longer needs. */
	RETIRED,

	/** The gateway was shut down. */
	SHUTDOWN,

	/** A fault in the gateway or in a user's own code on the channels. */
	INTERNAL_ERROR;

	private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

	public String label() {
		return this.label;
	}

	/**
	 * Whether this is a normal end, so that a later fault says more and replaces it.
	 */
	public boolean isNormalEnd() {
		return this == INBOUND_EOF || this == UPSTREAM_EOF;
	}

	/**
	 * Whether a client that ends so was never served, unless it was before.
	 */
	public boolean isRefusal() {
		return switch (this) {
			case TLS_HANDSHAKE_TIMEOUT, TLS_FAILED, LIMIT_CONNECTIONS, LIMIT_PER_IP, LIMIT_RATE, DENIED,
					PROXY_HEADER_BAD, OVERLOAD ->
				true;
			default -> false;
		};
	}

	/**
	 * Whether a drain was asked for, so that {@link #DRAIN_TIMEOUT} replaces this reason.
	 */
	public boolean isDrain() {
		return switch (this) {
			case INBOUND_EOF, UPSTREAM_EOF, MAX_AGE, OPERATOR_CLOSE, ROUTE_DRAIN, SHUTDOWN -> true;
			default -> false;
		};
	}

}
