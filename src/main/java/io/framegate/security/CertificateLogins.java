package io.framegate.security;

import java.security.cert.X509Certificate;
import java.util.List;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

import io.framegate.actuate.Caller;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Takes a client's certificate as a login: the common name of its subject names the user.
 * TLS has already proved that an authority of the bundle issued it and that the client
 * has its key. Credentials in the request come first. Runs on the web server's event
 * loops.
 */
final class CertificateLogins implements WebFilter {

	private final ConfiguredUsers users;

	CertificateLogins(ConfiguredUsers users) {
		this.users = users;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		X509Certificate certificate = certificate(exchange.getRequest());
		if (certificate == null) {
			return chain.filter(exchange);
		}
		String name = commonName(certificate.getSubjectX500Principal());
		ConfiguredUsers.Known user = (name != null) ? this.users.find(name) : null;
		if (user == null) {
			Caller.claimed(exchange, certificate.getSubjectX500Principal().getName());
			return chain.filter(exchange);
		}
		return chain.filter(exchange)
			.contextWrite(ReactiveSecurityContextHolder
				.withAuthentication(new PreAuthenticatedAuthenticationToken(user.name(), certificate, user.roles())));
	}

	private static @Nullable X509Certificate certificate(ServerHttpRequest request) {
		if (request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)) {
			return null;
		}
		SslInfo tls = request.getSslInfo();
		X509Certificate[] chain = (tls != null) ? tls.getPeerCertificates() : null;
		return (chain != null && chain.length > 0) ? chain[0] : null;
	}

	/**
	 * The common name of a subject.
	 * @param subject the subject
	 * @return the name, or {@code null} if there is none or more than one
	 */
	static @Nullable String commonName(X500Principal subject) {
		try {
			List<String> names = new LdapName(subject.getName()).getRdns()
				.stream()
				.filter((rdn) -> rdn.getType().equalsIgnoreCase("CN"))
				.map(Rdn::getValue)
				.filter(String.class::isInstance)
				.map(Object::toString)
				.toList();
			return (names.size() == 1) ? names.getFirst() : null;
		}
		catch (InvalidNameException ex) {
			return null;
		}
	}

}
