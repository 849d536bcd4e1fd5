package io.framegate.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.actuate.Caller;
import io.framegate.configuration.Role;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Tells a caller who he is and what he may change. Spring runs it on threads that may
 * block.
 */
@Endpoint(id = "console", defaultAccess = Access.READ_ONLY)
final class ConsoleEndpoint {

	private static final List<String> LEVERS = List.of("routes", "targets", "connections", "timeouts");

	private final EndpointAccessResolver access;

	ConsoleEndpoint(EndpointAccessResolver access) {
		this.access = access;
	}

	@ReadOperation
	Rights rights(SecurityContext who) {
		List<String> roles = Stream.of(Role.values()).map(Role::label).filter(who::isUserInRole).toList();
		Map<String, Boolean> on = new LinkedHashMap<>();
		LEVERS.forEach(
				(id) -> on.put(id, this.access.accessFor(EndpointId.of(id), Access.READ_ONLY) == Access.UNRESTRICTED));
		boolean frames = this.access.accessFor(EndpointId.of("frames"), Access.NONE) != Access.NONE;
		return new Rights((who.getPrincipal() instanceof Caller caller) ? caller.getName() : null, roles, on, frames);
	}

	/**
	 * What a caller may do.
	 *
	 * @param user the name, {@code null} without credentials
	 * @param roles the roles
	 * @param changes for each endpoint whether it takes changes, from operators
	 * @param frames whether frames can be watched, with the role tap
	 */
	record Rights(@JsonInclude @Nullable String user, List<String> roles, Map<String, Boolean> changes,
			boolean frames) {

	}

}
