package io.framegate.tls;

import java.util.List;

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

}
