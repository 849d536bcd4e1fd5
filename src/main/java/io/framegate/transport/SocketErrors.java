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
import io.framegate.timeout.Timeouts;
import io.netty.channel.ConnectTimeoutException;

/**
 * Turns errors of the operating system into close reasons.
 */
public final class SocketErrors {

	/** Netty's text before the errno text. */
	private static final Pattern SYSCALL = Pattern
		.compile("^(?:[\\w ]+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?|syscall:\\w+\\(\\.\\.\\)): ");

	private static final String RESET = "Connection reset by peer";

	/** What Java says instead of the system's {@link #RESET} if a read finds it. */
	private static final String JAVAS_RESET = "Connection reset";

	/**
	 * The kernel's errors when it gives up on an established connection. If a router has
	 * said why it could not deliver, that is reported instead of a timeout.
	 */
	private static final Pattern GIVEN_UP = Pattern
		.compile("timed out|no route to host|unreachable|host is down|not on the network|refused");

	private SocketErrors() {
	}

	/**
	 * Why an error closed an established connection.
	 * @param side the connection's side
	 * @param thrown what was thrown
	 * @param keptAlive whether keepalive has failed, asked if the kernel gave up
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
	 * Whether an error comes from the socket, and not from code.
	 * @param thrown what was thrown
	 */
	public static boolean isSockets(Throwable thrown) {
		return root(thrown) instanceof IOException;
	}

	/**
	 * Whether the peer reset the connection after its FIN, so that it had sent
	 * everything.
	 * @param thrown what was thrown
	 */
	public static boolean isAfterFin(Throwable thrown) {
		return String.valueOf(root(thrown).getMessage()).contains("Broken pipe");
	}

	private static Cause writeTimeout(Timeouts.Limit limit, String text) {
		return Cause.byGateway(CloseReason.WRITE_TIMEOUT, limit.value().isZero() ? text + " (given up by the kernel)"
				: "write timer (" + limit.text() + ") ran out: " + text + " (TCP_USER_TIMEOUT)");
	}

	/**
	 * The cause of a reset without a message from the operating system.
	 * @param side the side
	 * @return the cause
	 */
	public static Cause reset(Side side) {
		return reset(side, RESET);
	}

	private static Cause reset(Side side, String text) {
		return new Cause((side == Side.INBOUND) ? CloseReason.INBOUND_RESET : CloseReason.UPSTREAM_RESET,
				side.asEndedBy(), text);
	}

	/**
	 * Why a connect failed.
	 * @param thrown what the connect failed with
	 * @param target the target as configured
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
	 * The cause of a connection to its own socket: nobody listens there.
	 * @param target the target as configured
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
	 * @return the operating system's message
	 */
	public static String text(Throwable thrown) {
		String message = thrown.getMessage();
		if (thrown instanceof UnknownHostException) {
			return "unknown host " + message;
		}
		if (thrown instanceof NoRouteToHostException && message == null) {
			return "No route to host";
		}
		if (JAVAS_RESET.equals(message)) {
			return RESET;
		}
		return (message != null) ? SYSCALL.matcher(message).replaceFirst("") : thrown.getClass().getSimpleName();
	}

}
