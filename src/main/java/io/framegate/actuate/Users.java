package io.framegate.actuate;

import java.util.HashMap;
import java.util.Map;

import io.framegate.route.FramegateProperties;
import io.framegate.route.Role;
import reactor.core.publisher.Mono;

import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;

/**
 * The configured users. Being there, it keeps Spring Boot from making up a user with a
 * password of its own. Any thread may call.
 */
final class Users implements ReactiveUserDetailsService {

	private final Map<String, UserDetails> users = new HashMap<>();

	Users(FramegateProperties.Management properties) {
		properties.users()
			.forEach((name, user) -> this.users.put(name,
					User.withUsername(name)
						.password(user.encodedPassword())
						.roles(user.roles().stream().map(Role::label).toArray(String[]::new))
						.build()));
	}

	boolean isEmpty() {
		return this.users.isEmpty();
	}

	@Override
	public Mono<UserDetails> findByUsername(String name) {
		UserDetails user = this.users.get(name);
		// A copy, for whoever authenticated erases the password.
		return (user != null) ? Mono.just(User.withUserDetails(user).build()) : Mono.empty();
	}

}
