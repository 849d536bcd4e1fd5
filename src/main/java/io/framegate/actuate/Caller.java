package io.framegate.actuate;

import java.io.Serial;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.web.server.ServerWebExchange;

/**
 * Who asks, by name and from where. Names come from tokens, too, and cannot break a line.
 */
public final class Caller extends AbstractAuthenticationToken {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final String ATTRIBUTE = Caller.class.getName();

	private final String name;

	private final String remote;

	/**
	 * A caller who is known.
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
	 * Who made a request.
	 * @param exchange the request
	 * @return the caller, or {@code null} who has not said a name that is known
	 */
	static @Nullable Caller of(ServerWebExchange exchange) {
		return exchange.getAttribute(ATTRIBUTE);
	}

	/**
	 * Notes that this is who made a request.
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
