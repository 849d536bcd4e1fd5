package io.framegate.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.netty.channel.ConnectTimeoutException;

/**
 * Tells close reasons from what the operating system said.
 */
public final class SocketErrors {

	/** What Netty puts before the errno text. */
	private static final Pattern SYSCALL = Pattern
		.compile("^(?:\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?|syscall:\\w+\\(\\.\\.\\)): ");

	/**
	 * What the kernel says of an established connection when it has given up. Where a
	 * router told why it could not deliver, that is what is said instead of a timeout.
	 */
	private static final Pattern GIVEN_UP = Pattern
		.compile("timed out|no route to host|unreachable|host is down|not on the network|refused");

	private SocketErrors() {
	}

	/**
	 * Why a fault ended an established connection.
	 * @param side the connection's side
	 * @param thrown what was thrown
	 * @param keptAlive whether the kernel gave up at keepalive, asked where it gave up
	 * @param limit the limit of the write timer
	 * @return the cause
	 */
	public static Cause cause(Side side, Throwable thrown, BooleanSupplier keptAlive, Timeouts.Limit limit) {
		Throwable root = root(thrown);
		if (!(root instanceof IOException)) {
			return Cause.byGateway(CloseReason.INTERNAL_ERROR, root.toString());
		}
		String text = text(root);
		if (GIVEN_UP.matcher(text.toLowerCase(Locale.ROOT)).find()) {
			return keptAlive.getAsBoolean()
					? Cause.byGateway(CloseReason.IDLE_TIMEOUT, "keepalive: the peer answered no probe: " + text)
					: writeTimeout(limit, text);
		}
		return reset(side, text);
	}

	/**
	 * Whether a fault is one of the socket, not of code.
	 * @param thrown what was thrown
	 * @return whether the operating system says it
	 */
	public static boolean isSockets(Throwable thrown) {
		return root(thrown) instanceof IOException;
	}

	/**
	 * Whether this is what the kernel says of a reset that came after the peer's FIN.
	 * @param thrown what was thrown
	 * @return whether the peer had sent all that it wanted to send
	 */
	public static boolean isAfterFin(Throwable thrown) {
		return String.valueOf(root(thrown).getMessage()).contains("Broken pipe");
	}

	private static Cause writeTimeout(Timeouts.Limit limit, String text) {
		return Cause.byGateway(CloseReason.WRITE_TIMEOUT, limit.value().isZero() ? text + " (given up by the kernel)"
				: "write timer (" + limit.text() + ") ran out: " + text + " (TCP_USER_TIMEOUT)");
	}

	/**
	 * What stands for a reset that came without a word of the operating system.
	 * @param side the side
	 * @return the cause
	 */
	public static Cause reset(Side side) {
		return reset(side, "Connection reset by peer");
	}

	private static Cause reset(Side side, String text) {
		return new Cause((side == Side.INBOUND) ? CloseReason.INBOUND_RESET : CloseReason.UPSTREAM_RESET,
				side.asEndedBy(), text);
	}

	/**
	 * Why a connect failed.
	 * @param thrown what the connect failed with
	 * @param target the target as people know it
	 * @return the cause
	 */
	public static Cause connectCause(Throwable thrown, String target) {
		Throwable root = root(thrown);
		String text = text(root);
		String detail = target + ": " + text;
		if (root instanceof ConnectTimeoutException || text.toLowerCase(Locale.ROOT).contains("timed out")) {
			return Cause.byGateway(CloseReason.CONNECT_TIMEOUT, detail);
		}
		if (root instanceof UnknownHostException || root instanceof NoRouteToHostException) {
			return new Cause(CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM, detail);
		}
		if (root instanceof ConnectException && text.toLowerCase(Locale.ROOT).contains("refused")) {
			return new Cause(CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM, detail);
		}
		return new Cause(CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM, detail);
	}

	/**
	 * Why a connection is none that leads back to its own socket: nobody listens there.
	 * @param target the target as people know it
	 * @return the cause
	 */
	public static Cause connectedToItself(String target) {
		return new Cause(CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM,
				target + ": Connection refused (connected to itself)");
	}

	private static Throwable root(Throwable thrown) {
		Throwable root = thrown;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return root;
	}

	/**
	 * The errno text of an exception.
	 * @param thrown an exception
	 * @return what the operating system said
	 */
	public static String text(Throwable thrown) {
		String message = thrown.getMessage();
		if (thrown instanceof UnknownHostException) {
			return "unknown host " + message;
		}
		if (thrown instanceof NoRouteToHostException && message == null) {
			return "No route to host";
		}
		return (message != null) ? SYSCALL.matcher(message).replaceFirst("") : thrown.getClass().getSimpleName();
	}

}
