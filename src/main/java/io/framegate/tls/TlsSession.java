package io.framegate.tls;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import org.jspecify.annotations.Nullable;

/**
 * What a TLS handshake has settled.
 *
 * @param protocol the version, such as TLSv1.3
 * @param cipher the cipher suite, such as TLS_AES_128_GCM_SHA256
 * @param serverName the name that the client asked for (SNI), or {@code null}
 * @param applicationProtocol the protocol agreed on (ALPN), or {@code null}
 * @param subject the distinguished name in the peer's certificate, or {@code null} if it
 * has shown none
 * @param subjectAlternativeNames the other names in it, each with its kind, such as
 * {@code dns:a.example}, {@code ip:192.0.2.1} or {@code uri:spiffe://a.example/b}
 */
public record TlsSession(String protocol, String cipher, @Nullable String serverName,
		@Nullable String applicationProtocol, @Nullable String subject, List<String> subjectAlternativeNames) {

	public TlsSession {
		subjectAlternativeNames = List.copyOf(subjectAlternativeNames);
	}

	/**
	 * What a finished handshake has settled.
	 * @param session the session
	 * @param applicationProtocol what ALPN has chosen, or {@code null} or empty
	 */
	static TlsSession of(SSLSession session, @Nullable String applicationProtocol) {
		X509Certificate shown = certificate(session);
		return new TlsSession(session.getProtocol(), session.getCipherSuite(), serverName(session),
				(applicationProtocol == null || applicationProtocol.isEmpty()) ? null : applicationProtocol,
				(shown != null) ? shown.getSubjectX500Principal().getName() : null,
				(shown != null) ? names(shown) : List.of());
	}

	private static @Nullable X509Certificate certificate(SSLSession session) {
		try {
			Certificate[] chain = session.getPeerCertificates();
			return (chain.length > 0 && chain[0] instanceof X509Certificate first) ? first : null;
		}
		catch (SSLPeerUnverifiedException ex) {
			return null;
		}
	}

	private static @Nullable String serverName(SSLSession session) {
		if (!(session instanceof ExtendedSSLSession extended)) {
			return null;
		}
		try {
			for (SNIServerName name : extended.getRequestedServerNames()) {
				if (name instanceof SNIHostName host) {
					return host.getAsciiName();
				}
			}
		}
		catch (UnsupportedOperationException ex) {
			// Not every provider keeps it: that of BC-FIPS does not.
			return null;
		}
		return null;
	}

	/** RFC 5280, section 4.2.1.6. */
	private static List<String> names(X509Certificate certificate) {
		List<String> names = new ArrayList<>();
		try {
			Collection<List<?>> all = certificate.getSubjectAlternativeNames();
			for (List<?> name : (all != null) ? all : List.<List<?>>of()) {
				String kind = switch (name.getFirst()) {
					case Integer one when one == 1 -> "email:";
					case Integer two when two == 2 -> "dns:";
					case Integer six when six == 6 -> "uri:";
					case Integer seven when seven == 7 -> "ip:";
					default -> null;
				};
				if (kind != null) {
					names.add(kind + name.get(1));
				}
			}
		}
		catch (CertificateParsingException ex) {
			// A certificate whose other names cannot be read has none.
			return List.of();
		}
		return names;
	}

}
