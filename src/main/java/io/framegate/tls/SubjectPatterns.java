package io.framegate.tls;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

import org.jspecify.annotations.Nullable;

/**
 * Names that a client's certificate may have: distinguished names (RFC 2253), DNS names
 * and URIs such as {@code spiffe://example.org/ns/prod/*}. In a distinguished name
 * {@code *} stands for any characters of one value, in a DNS name for any of one label,
 * in a URI for any at all. Any thread may call.
 */
public final class SubjectPatterns {

	private static final String DNS = "dns:";

	private static final String URI = "uri:";

	private static final String SPIFFE = "spiffe://";

	private final List<String> texts;

	private final List<Predicate<TlsSession>> patterns;

	/**
	 * Reads patterns.
	 * @param texts the patterns; none allow everybody
	 * @throws IllegalArgumentException with a message for the user, if one is invalid
	 */
	public SubjectPatterns(List<String> texts) {
		this.texts = List.copyOf(texts);
		this.patterns = texts.stream().map(SubjectPatterns::pattern).toList();
	}

	/**
	 * Why a client is refused.
	 * @param session its session
	 * @return a text, or {@code null} if it is not refused
	 */
	public @Nullable String refusal(TlsSession session) {
		if (this.patterns.isEmpty()) {
			return null;
		}
		String subject = session.subject();
		if (subject == null) {
			return "no client certificate, and allow-subjects wants one";
		}
		if (this.patterns.stream().anyMatch((pattern) -> pattern.test(session))) {
			return null;
		}
		return "allow-subjects does not contain "
				+ Stream.concat(Stream.of(subject), session.subjectAlternativeNames().stream())
					.collect(Collectors.joining(", "));
	}

	private static Predicate<TlsSession> pattern(String text) {
		if (text.startsWith(SPIFFE)) {
			return alternative(URI, Pattern.compile(glob(text, ".*")));
		}
		if (text.startsWith(URI)) {
			return alternative(URI, Pattern.compile(glob(text.substring(URI.length()), ".*")));
		}
		if (text.indexOf('=') > 0) {
			return subject(text);
		}
		String name = text.startsWith(DNS) ? text.substring(DNS.length()) : text;
		if (!name.matches("[A-Za-z0-9_.*-]+")) {
			throw new IllegalArgumentException(
					"must be a distinguished name such as CN=client,O=Example, a DNS name, or a URI such as spiffe://example.org/client");
		}
		return alternative(DNS, Pattern.compile(glob(name.toLowerCase(Locale.ROOT), "[^.]*")));
	}

	private static Predicate<TlsSession> alternative(String kind, Pattern pattern) {
		return (session) -> session.subjectAlternativeNames()
			.stream()
			.filter((name) -> name.startsWith(kind))
			.map((name) -> name.substring(kind.length()))
			.map((name) -> kind.equals(DNS) ? name.toLowerCase(Locale.ROOT) : name)
			.anyMatch((name) -> pattern.matcher(name).matches());
	}

	/**
	 * Compares part by part: a comma in a value cannot pretend to begin another part.
	 */
	private static Predicate<TlsSession> subject(String text) {
		List<Rdn> wanted = parts(text);
		return (session) -> {
			String subject = session.subject();
			if (subject == null) {
				return false;
			}
			List<Rdn> actual = parts(subject);
			if (actual.size() != wanted.size()) {
				return false;
			}
			for (int i = 0; i < actual.size(); i++) {
				if (!fits(wanted.get(i), actual.get(i))) {
					return false;
				}
			}
			return true;
		};
	}

	private static boolean fits(Rdn wanted, Rdn actual) {
		if (wanted.size() != 1 || actual.size() != 1 || !(wanted.getValue() instanceof String value)
				|| !(actual.getValue() instanceof String other)) {
			return wanted.equals(actual);
		}
		return wanted.getType().equalsIgnoreCase(actual.getType())
				&& Pattern.compile(glob(value, ".*"), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL)
					.matcher(other)
					.matches();
	}

	private static List<Rdn> parts(String name) {
		try {
			return new LdapName(name).getRdns();
		}
		catch (InvalidNameException ex) {
			throw new IllegalArgumentException(
					"must be a distinguished name such as CN=client,O=Example: " + ex.getMessage(), ex);
		}
	}

	private static String glob(String text, String any) {
		return Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(any));
	}

	@Override
	public String toString() {
		return String.join(", ", this.texts);
	}

}
