package io.framegate.actuate;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.lifecycle.Routes;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * The newest ended connections. Spring runs it on threads that may block.
 */
@Endpoint(id = "closures", defaultAccess = Access.READ_ONLY)
final class ClosuresEndpoint {

	private final ClosureLog closures;

	private final Routes routes;

	ClosuresEndpoint(ClosureLog closures, Routes routes) {
		this.closures = closures;
		this.routes = routes;
	}

	@ReadOperation
	Newest newest(@Nullable String route, @Nullable String reason, @Nullable String side, @Nullable String id,
			@Nullable String search, @Nullable String limit) {
		int most = RequestParameters.limit(limit);
		CloseReason because = RequestParameters.oneOf("reason", reason, CloseReason.values(), CloseReason::label);
		Side onSide = RequestParameters.oneOf("side", side, Side.values(), Side::label);
		String part = RequestParameters.text(search).toLowerCase(Locale.ROOT);
		Predicate<Closure> wanted = (closure) -> (because == null || closure.reason() == because)
				&& (onSide == null || closure.side() == onSide)
				&& (route == null || route.isBlank() || closure.route().equals(route))
				&& (id == null || id.isBlank() || closure.id().equals(id))
				&& (part.isEmpty() || isFound(part, closure));
		List<Closure> found = this.closures.newest(wanted, most);
		if (found.isEmpty()) {
			RequestParameters.oneOf("route", route, knownRoutes());
		}
		return new Newest(found.stream().map(View::of).toList());
	}

	private static boolean isFound(String part, Closure closure) {
		return closure.route().contains(part) || closure.remote().toLowerCase(Locale.ROOT).contains(part);
	}

	/**
	 * Current and former routes.
	 */
	private Set<String> knownRoutes() {
		Set<String> known = new LinkedHashSet<>(RoutesEndpoint.names(this.routes));
		this.closures.newest((closure) -> true, Integer.MAX_VALUE).forEach((closure) -> known.add(closure.route()));
		return known;
	}

	/**
	 * The answer.
	 *
	 * @param closures newest first
	 */
	record Newest(List<View> closures) {

	}

	/**
	 * An ended connection as the endpoint shows it; the components are those of
	 * {@link Closure}.
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record View(String id, String route, String side, String remote, @Nullable String peerId, String reason,
			String endedBy, String detail, Instant openedAt, Instant closedAt, long framesIn, long framesOut,
			long bytesIn, long bytesOut, Closure.Undelivered undelivered, int partialFrameBytes,
			@Nullable Integer count, Closure.@Nullable Tls tls) {

		static View of(Closure closure) {
			return new View(closure.id(), closure.route(), closure.side().label(), closure.remote(), closure.peerId(),
					closure.reason().label(), closure.endedBy().label(), closure.detail(), closure.openedAt(),
					closure.closedAt(), closure.framesIn(), closure.framesOut(), closure.bytesIn(), closure.bytesOut(),
					closure.undelivered(), closure.partialFrameBytes(), (closure.count() > 1) ? closure.count() : null,
					closure.tls());
		}

	}

}
