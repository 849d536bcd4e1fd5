package io.framegate.security;

import java.util.List;
import java.util.Optional;

import io.framegate.actuate.Caller;
import io.framegate.actuate.Peer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Notes who sends a request, after credentials were checked. A request from this machine
 * without credentials may read, as long as no users are declared. Runs on the web
 * server's event loops.
 */
final class Callers implements WebFilter {

	/** May read harmless endpoints without credentials. */
	static final String VISITOR = "visitor";

	private final ConfiguredUsers users;

	/** Whether an issuer of tokens is configured. */
	private final boolean tokens;

	/** Whether a peer's address is the socket's, and not taken from a header. */
	private final boolean trusted;

	Callers(ConfiguredUsers users, boolean tokens, boolean trusted) {
		this.users = users;
		this.tokens = tokens;
		this.trusted = trusted;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull(SecurityContext::getAuthentication)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((known) -> {
				Authentication caller = known.map((authentication) -> named(exchange, authentication))
					.orElseGet(() -> visitor(exchange));
				return (caller == null) ? chain.filter(exchange)
						: chain.filter(exchange).contextWrite(ReactiveSecurityContextHolder.withAuthentication(caller));
			});
	}

	private static Authentication named(ServerWebExchange exchange, Authentication authentication) {
		Caller caller = new Caller(authentication.getName(), Peer.address(exchange.getRequest()),
				authentication.getAuthorities());
		caller.made(exchange);
		return caller;
	}

	private @Nullable Authentication visitor(ServerWebExchange exchange) {
		boolean allowed = this.users.isOpen() || (!this.users.areDeclared() && !this.tokens && this.trusted
				&& Peer.isOnThisMachine(exchange.getRequest()));
		return allowed ? new AnonymousAuthenticationToken(VISITOR, "anonymous",
				List.of(new SimpleGrantedAuthority("ROLE_" + VISITOR))) : null;
	}

}
