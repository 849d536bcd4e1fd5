package io.framegate.actuate;

import java.io.Serial;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;

/**
 * Who asks, by name and from where. Names come from tokens, too, and cannot break a line.
 */
final class Caller extends AbstractAuthenticationToken {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String name;

	private final String remote;

	Caller(String name, String remote, Collection<? extends GrantedAuthority> roles) {
		super(roles);
		this.name = OneLine.of(name);
		this.remote = remote;
		setAuthenticated(true);
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
