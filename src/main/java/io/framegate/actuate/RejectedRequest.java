package io.framegate.actuate;

import java.io.Serial;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A request that is refused. The message says what would be accepted.
 */
public final class RejectedRequest extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final int status;

	private RejectedRequest(int status, String message) {
		super(message, null, false, false);
		this.status = status;
	}

	/**
	 * A value that is not allowed.
	 * @param name the parameter
	 * @param value its value
	 * @param allowed what is allowed, as in {@code one of a, b}
	 * @return 400
	 */
	static RejectedRequest value(String name, Object value, String allowed) {
		return new RejectedRequest(400, "Invalid value '%s' for '%s': must be %s".formatted(value, name, allowed));
	}

	static RejectedRequest because(String message) {
		return new RejectedRequest(400, message);
	}

	static RejectedRequest unknown(String what, String name, Collection<String> known) {
		return new RejectedRequest(404, "Unknown %s '%s'%s".formatted(what, name,
				known.isEmpty() ? "" : "; known: " + known.stream().collect(Collectors.joining(", "))));
	}

	/**
	 * What was asked for does not exist.
	 * @param message what
	 * @return 404
	 */
	static RejectedRequest missing(String message) {
		return new RejectedRequest(404, message);
	}

	/**
	 * Valid credentials are missing.
	 * @param message why
	 * @return 401
	 */
	public static RejectedRequest unauthorized(String message) {
		return new RejectedRequest(401, message);
	}

	/**
	 * Too many attempts.
	 * @param message why
	 * @return 429
	 */
	public static RejectedRequest tooMany(String message) {
		return new RejectedRequest(429, message);
	}

	/**
	 * Too many requests at once.
	 * @return 503
	 */
	static RejectedRequest busy() {
		return new RejectedRequest(503, "Too many requests at once: try again in a moment");
	}

	/**
	 * The caller lacks the role.
	 * @param message why
	 * @return 403
	 */
	public static RejectedRequest forbidden(String message) {
		return new RejectedRequest(403, message);
	}

	/**
	 * The action is not possible now.
	 * @param message why
	 * @return 409
	 */
	static RejectedRequest conflict(String message) {
		return new RejectedRequest(409, message);
	}

	/**
	 * The HTTP status.
	 * @return 400 and above
	 */
	int status() {
		return this.status;
	}

}
