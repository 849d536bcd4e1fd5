package io.framegate.actuate;

import java.io.Serial;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A request that is refused, and why in words that say what would do instead.
 */
public final class Refusal extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final int status;

	private Refusal(int status, String message) {
		super(message, null, false, false);
		this.status = status;
	}

	/**
	 * A value that is not allowed.
	 * @param name the parameter
	 * @param value what it was
	 * @param allowed what is allowed, as in {@code one of a, b}
	 * @return 400
	 */
	static Refusal value(String name, Object value, String allowed) {
		return new Refusal(400, "Invalid value '%s' for '%s': must be %s".formatted(value, name, allowed));
	}

	static Refusal because(String message) {
		return new Refusal(400, message);
	}

	static Refusal unknown(String what, String name, Collection<String> known) {
		return new Refusal(404, "Unknown %s '%s'%s".formatted(what, name,
				known.isEmpty() ? "" : "; known: " + known.stream().collect(Collectors.joining(", "))));
	}

	/**
	 * Nobody who is known.
	 * @param message why
	 * @return 401
	 */
	public static Refusal unauthorized(String message) {
		return new Refusal(401, message);
	}

	/**
	 * Somebody who tries too often.
	 * @param message why
	 * @return 429
	 */
	public static Refusal tooMany(String message) {
		return new Refusal(429, message);
	}

	/**
	 * Too much is asked for at once.
	 * @return 503
	 */
	static Refusal busy() {
		return new Refusal(503, "Too many requests at once: try again in a moment");
	}

	/**
	 * Somebody who may not.
	 * @param message why
	 * @return 403
	 */
	public static Refusal forbidden(String message) {
		return new Refusal(403, message);
	}

	/**
	 * Something that cannot be done now.
	 * @param message why
	 * @return 409
	 */
	static Refusal conflict(String message) {
		return new Refusal(409, message);
	}

	/**
	 * The HTTP status.
	 * @return 400 and above
	 */
	int status() {
		return this.status;
	}

}
