package io.framegate.security;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.framegate.configuration.Role;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.convert.converter.Converter;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/**
 * Reads a token's roles from its claims {@code roles}, {@code scope} and {@code scp},
 * each a list or words separated by spaces.
 */
final class JwtRoles implements Converter<Jwt, Mono<AbstractAuthenticationToken>> {

	private static final List<String> CLAIMS = List.of("roles", "scope", "scp");

	private final String nameClaim;

	/**
	 * Makes the reader.
	 * @param nameClaim the claim that names the user; if a token has none, its subject is
	 * the name
	 */
	JwtRoles(String nameClaim) {
		this.nameClaim = nameClaim;
	}

	@Override
	public Mono<AbstractAuthenticationToken> convert(Jwt token) {
		List<String> claimed = CLAIMS.stream().flatMap((claim) -> words(token.getClaims().get(claim))).toList();
		List<SimpleGrantedAuthority> authorities = Stream.of(Role.values())
			.map(Role::label)
			.filter(claimed::contains)
			.map((role) -> new SimpleGrantedAuthority("ROLE_" + role))
			.toList();
		String name = token.getClaimAsString(this.nameClaim);
		return Mono.just(new JwtAuthenticationToken(token, authorities, Objects.requireNonNullElse(name,
				Objects.requireNonNullElse(token.getSubject(), "a token without a subject"))));
	}

	private static Stream<String> words(@Nullable Object claim) {
		return switch (claim) {
			case String text -> Stream.of(text.split(" "));
			case Collection<?> all -> all.stream().map(Object::toString);
			case null, default -> Stream.empty();
		};
	}

}
