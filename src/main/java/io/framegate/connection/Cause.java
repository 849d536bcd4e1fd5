package io.framegate.connection;

/**
 * What ended a connection.
 *
 * @param reason why
 * @param endedBy who
 * @param detail for people: the limit, the errno text, the timer
 */
public record Cause(CloseReason reason, EndedBy endedBy, String detail) {

	public static Cause byGateway(CloseReason reason, String detail) {
		return new Cause(reason, EndedBy.GATEWAY, detail);
	}

	Cause withDetail(String more) {
		return new Cause(this.reason, this.endedBy, this.detail.isEmpty() ? more : this.detail + "; " + more);
	}

}
