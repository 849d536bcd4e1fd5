package io.framegate.closure;

/**
 * What ended a connection.
 *
 * @param reason why
 * @param endedBy who
 * @param detail for people: the limit, the errno text, the timer
 */
public record Cause(CloseReason reason, EndedBy endedBy, String detail) {

	public Cause {
		detail = PlainText.of(detail);
	}

	public static Cause byGateway(CloseReason reason, String detail) {
		return new Cause(reason, EndedBy.GATEWAY, detail);
	}

	/**
	 * The peer has ended its direction, which is no fault.
	 * @param side the connection's side
	 * @param detail for people, empty where there is nothing to say
	 */
	public static Cause eof(Side side, String detail) {
		return new Cause((side == Side.INBOUND) ? CloseReason.INBOUND_EOF : CloseReason.UPSTREAM_EOF, side.asEndedBy(),
				detail);
	}

	/**
	 * The gateway's own code, or a user's, has thrown.
	 * @param thrown the exception
	 * @return the cause, with the root's name and message
	 */
	public static Cause internalError(Throwable thrown) {
		Throwable root = thrown;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return byGateway(CloseReason.INTERNAL_ERROR, root.getClass().getSimpleName() + ": " + root.getMessage());
	}

	public Cause withDetail(String more) {
		return new Cause(this.reason, this.endedBy, this.detail.isEmpty() ? more : this.detail + "; " + more);
	}

}
