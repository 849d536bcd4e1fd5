package io.framegate.tls;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import org.jspecify.annotations.Nullable;

/**
 * Says what has failed and whose fault it is, in the words that people search for. Any
 * thread may call.
 */
final class TlsFault {

	/** What JSSE says of an alert that the peer has sent. */
	private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

	/** What it puts before a message: the alert that it sends. */
	private static final Pattern PREFIX = Pattern.compile("^\\((\\w+)\\) ");

	private static final Pattern OTHER_NAME = Pattern
		.compile("(?i)no subject alternative|no name matching|subject alternative names present");

	private TlsFault() {
	}

	static Cause byPeer(Side side, String detail) {
		return new Cause(CloseReason.TLS_FAILED, side.asEndedBy(), detail);
	}

	/**
	 * The peer has gone without a byte, as load balancers do to see whether a port is
	 * open.
	 */
	static Cause nothing(Side side, String detail) {
		return (side == Side.INBOUND) ? Cause.eof(side, "") : byPeer(side, detail);
	}

	/**
	 * Why TLS has failed.
	 * @param side the connection's side
	 * @param thrown what was thrown
	 */
	static Cause of(Side side, Throwable thrown) {
		Throwable fault = thrown;
		while (!(fault instanceof SSLException) && fault.getCause() != null) {
			fault = fault.getCause();
		}
		if (!(fault instanceof SSLException)) {
			return Cause.byGateway(CloseReason.TLS_FAILED, fault.toString());
		}
		String message = String.valueOf(fault.getMessage());
		Matcher alert = ALERT.matcher(message);
		if (alert.find()) {
			return byPeer(side, alert(side, alert.group(1).toLowerCase(Locale.ROOT)));
		}
		String certificate = certificate(fault);
		if (certificate != null) {
			return byPeer(side, peers(side) + certificate);
		}
		String text = PREFIX.matcher(message).replaceFirst("");
		if (text.contains("Empty client certificate chain") || text.contains("Empty server certificate chain")
				|| message.startsWith("(certificate_required)")) {
			return byPeer(side, "no " + side(side) + " certificate");
		}
		return byPeer(side, common(text));
	}

	private static String common(String text) {
		if (text.startsWith("not an SSL/TLS record")) {
			// What follows is all that came, in hexadecimal.
			return "not TLS, after the handshake";
		}
		if (text.contains("protocol version")) {
			return "no common version of TLS: " + text;
		}
		if (text.contains("application layer protocol")) {
			return "no common application protocol (ALPN)";
		}
		return text.contains("no cipher suites in common") ? "no common cipher suite" : text;
	}

	private static String peers(Side side) {
		return "the " + side(side) + "'s certificate ";
	}

	private static String side(Side side) {
		return (side == Side.INBOUND) ? "client" : "server";
	}

	private static String alert(Side side, String name) {
		String meaning = switch (name) {
			case "unknown_ca" -> "it does not know the authority of the certificate that it was shown";
			case "bad_certificate", "certificate_unknown", "unsupported_certificate" ->
				"it does not accept the certificate that it was shown";
			case "certificate_expired" -> "the certificate that it was shown has expired for it";
			case "certificate_revoked" -> "the certificate that it was shown was revoked";
			case "certificate_required" -> "it wants a certificate and was shown none";
			case "protocol_version" -> "no common version of TLS";
			case "handshake_failure" -> "no common cipher suite, or it wants a certificate";
			case "no_application_protocol" -> "no common application protocol (ALPN)";
			case "unrecognized_name" -> "it does not know the server name";
			default -> "";
		};
		return "the %s sent the alert %s%s".formatted(side(side), name, meaning.isEmpty() ? "" : ": " + meaning);
	}

	private static @Nullable String certificate(Throwable fault) {
		for (Throwable one = fault.getCause(); one != null; one = one.getCause()) {
			if (one instanceof CertificateExpiredException || (one.getCause() == null && isExpired(one))) {
				return "has expired" + of(one);
			}
			if (one instanceof CertificateNotYetValidException) {
				return "is not valid yet" + of(one);
			}
			String message = String.valueOf(one.getMessage());
			if (one instanceof CertificateException && OTHER_NAME.matcher(message).find()) {
				return "is for another name: " + message;
			}
			if (message.contains("unable to find valid certification path")
					|| message.contains("Path does not chain with any of the trust anchors")) {
				return "is not trusted: unknown CA";
			}
		}
		return (fault.getCause() instanceof CertificateException bad) ? "is not accepted: " + bad.getMessage() : null;
	}

	private static boolean isExpired(Throwable one) {
		return one instanceof CertPathValidatorException path
				&& path.getReason() == CertPathValidatorException.BasicReason.EXPIRED;
	}

	private static String of(Throwable one) {
		String message = one.getMessage();
		return (message != null) ? ": " + message : "";
	}

}
