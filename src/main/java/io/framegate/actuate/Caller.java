package io.framegate.actuate;

import java.io.Serial;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.web.server.ServerWebExchange;

/**
 * Who sent a request: name and address. Names may come from tokens; they cannot break a
 * log line.
 */
public final class Caller extends AbstractAuthenticationToken {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final String ATTRIBUTE = Caller.class.getName();

	private static final String CLAIMED = ATTRIBUTE + ".claimed";

	private final String name;

	private final String remote;

	/**
	 * A known caller.
	 * @param name the name
	 * @param remote the peer's address
	 * @param roles what the caller may do
	 */
	public Caller(String name, String remote, Collection<? extends GrantedAuthority> roles) {
		super(roles);
		this.name = OneLine.of(name);
		this.remote = remote;
		setAuthenticated(true);
	}

	/**
	 * Who sent a request.
	 * @param exchange the request
	 * @return the caller, or {@code null} if not known
	 */
	static @Nullable Caller of(ServerWebExchange exchange) {
		return exchange.getAttribute(ATTRIBUTE);
	}

	/**
	 * Notes who a request's certificate names, if that is nobody who may log in.
	 * @param exchange the request
	 * @param subject the certificate's subject
	 */
	public static void claimed(ServerWebExchange exchange, String subject) {
		exchange.getAttributes().put(CLAIMED, subject);
	}

	/**
	 * Who a request's certificate names that was not accepted as a login.
	 * @param exchange the request
	 * @return the subject, or {@code null} if there is no such certificate
	 */
	public static @Nullable String claimed(ServerWebExchange exchange) {
		return exchange.getAttribute(CLAIMED);
	}

	/**
	 * Notes that this caller sent a request.
	 * @param exchange the request
	 */
	public void made(ServerWebExchange exchange) {
		exchange.getAttributes().put(ATTRIBUTE, this);
	}

	/**
	 * The peer's address.
	 * @return an IP address without port
	 */
	String remote() {
		return this.remote;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Object getPrincipal() {
		return this.name;
	}

	@Override
	public @Nullable Object getCredentials() {
		return null;
	}

}
