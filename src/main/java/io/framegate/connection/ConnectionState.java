package io.framegate.connection;

import java.util.Locale;

import io.framegate.closure.Side;

/**
 * A connection's life. <pre>
 * inbound:  ACCEPTED ────────────────────────────────┐
 *             ▲  └→ PROXY_HEADER → TLS_HANDSHAKE     │   (either may be left out)
 *             └───────────┴──────────────┘           │
 * upstream: CONNECTING ──────────────────────────────┤
 *                └──────→ TLS_HANDSHAKE ─────────────┤
 *                                                    ▼
 *             READ_CLOSED (peer's FIN) ◄──────────  OPEN ──────────► WRITE_CLOSED (our FIN)
 *                   │                                │                     │
 *                   └──────────────► DRAINING ◄──────┴─────────────────────┘
 *                                        │   (no more frames taken; flush, FIN, read to EOF)
 *                                        ▼
 *                                      CLOSED
 * </pre> READ_CLOSED and WRITE_CLOSED go straight to CLOSED when the other direction has
 * ended too. Every state may become DRAINING, and CLOSED where the socket fails.
 */
public enum ConnectionState {

	/** Accepted, its upstream connection not established yet. Nothing is read. */
	ACCEPTED,

	/** Connecting to a target. */
	CONNECTING,

	/** Waiting for the PROXY protocol header. */
	PROXY_HEADER,

	/** TLS handshake in progress. */
	TLS_HANDSHAKE,

	/** Both directions open. */
	OPEN,

	/** The peer sent FIN; it may still be written to. */
	READ_CLOSED,

	/** We sent FIN; the peer may still send. */
	WRITE_CLOSED,

	/** Being closed without loss. */
	DRAINING,

	/** Closed. */
	CLOSED;

	/**
	 * Whether this step is in the diagram.
	 * @param next the state after it
	 */
	boolean mayBecome(ConnectionState next) {
		return switch (next) {
			case CONNECTING -> false;
			case ACCEPTED -> isIntroduction();
			case PROXY_HEADER -> this == ACCEPTED;
			case TLS_HANDSHAKE -> this == ACCEPTED || this == PROXY_HEADER || this == CONNECTING;
			case OPEN -> compareTo(OPEN) < 0;
			case READ_CLOSED, WRITE_CLOSED -> this == OPEN;
			case DRAINING -> compareTo(DRAINING) < 0;
			case CLOSED -> this != CLOSED;
		};
	}

	/**
	 * Whether the connection is still to be opened.
	 */
	public boolean isOpening() {
		return compareTo(OPEN) < 0;
	}

	/**
	 * Whether the peer has still to show who it is.
	 */
	boolean isIntroduction() {
		return this == PROXY_HEADER || this == TLS_HANDSHAKE;
	}

	/**
	 * Whether connections of a side can be in this state.
	 * @param side the side
	 */
	boolean isOf(Side side) {
		return switch (this) {
			case ACCEPTED, PROXY_HEADER -> side == Side.INBOUND;
			case CONNECTING -> side == Side.UPSTREAM;
			case CLOSED -> false;
			default -> true;
		};
	}

	/**
	 * The state in metrics.
	 * @return its name in small letters with dashes
	 */
	public String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
