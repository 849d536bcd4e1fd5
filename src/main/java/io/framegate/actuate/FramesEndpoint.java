package io.framegate.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.lifecycle.Routes;
import io.framegate.mask.Masks;
import io.framegate.tap.Tap;
import io.framegate.tap.TapEvent;
import io.framegate.tap.TapRequest;
import io.framegate.tap.Taps;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Frames, while they pass. Off unless it is turned on, and for a role of its own. Spring
 * runs it on threads that may block.
 */
@Endpoint(id = "frames", defaultAccess = Access.NONE)
final class FramesEndpoint {

	private static final int DEFAULT_COUNT = 100;

	private static final int DEFAULT_SIZE = 512;

	private static final Duration DEFAULT_TIME = Duration.ofMinutes(1);

	private static final Duration MAX_TIME = Duration.ofHours(1);

	private final Routes routes;

	private final ConnectionRegistry connections;

	private final Taps taps;

	private final AuditTrail audit;

	FramesEndpoint(Routes routes, ConnectionRegistry connections, Taps taps, AuditTrail audit) {
		this.routes = routes;
		this.connections = connections;
		this.taps = taps;
		this.audit = audit;
	}

	/**
	 * Shows frames from now on.
	 * @param route of this route
	 * @param connection of the connection with this id
	 * @param remote of peers with this address
	 * @param count how many frames
	 * @param size how many bytes of each
	 * @param until when it ends, or for how long
	 * @param format {@code sse} or {@code pcapng}; by default what the request accepts
	 * @param accepted what the request accepts
	 * @param who asks
	 * @return the frames, as they come
	 */
	@ReadOperation(producesFrom = TapFormat.class)
	WebEndpointResponse<StreamedBody> watch(@Nullable String route, @Nullable String connection,
			@Nullable String remote, @Nullable String count, @Nullable String size, @Nullable String until,
			@Nullable String format, TapFormat accepted, SecurityContext who) {
		String ofRoute = RequestParameters.oneOf("route", route, RoutesEndpoint.names(this.routes));
		String from = isSet(remote) ? remote : null;
		String id = isSet(connection) ? connection : null;
		if (id != null) {
			ofRoute = routeOf(id, ofRoute);
		}
		if (ofRoute == null && from == null) {
			throw RejectedRequest.because("Name what to watch: route, connection or remote");
		}
		TapFormat written = RequestParameters.oneOf("format", format, TapFormat.values(), TapFormat::label);
		TapRequest request = new TapRequest(ofRoute, id, from,
				RequestParameters.number("count", count, DEFAULT_COUNT, RequestParameters.MAX),
				RequestParameters.number("size", size, DEFAULT_SIZE, Masks.MAX_SHOWN), time(until).toNanos());
		Tap tap = open(request);
		this.audit.note(who, "TAP_STARTED", facts(request));
		return new WebEndpointResponse<>(new FrameStream(tap, (written != null) ? written : accepted, () -> {
			TapEvent.End end = tap.result();
			this.audit.note(who, "TAP_ENDED", "route", text(request.route()), "connection", text(request.connection()),
					"remotes", text(request.remote()), "reason", end.reason().label(), "frames", end.frames(), "lost",
					end.lost());
		}));
	}

	private Tap open(TapRequest request) {
		try {
			Tap tap = this.taps.open(request);
			if (tap == null) {
				throw RejectedRequest
					.tooMany("%d frame taps are open, and no more are allowed: end one of them".formatted(Taps.MOST));
			}
			return tap;
		}
		catch (IllegalStateException ex) {
			throw RejectedRequest.conflict("Frames cannot be watched: " + ex.getMessage());
		}
	}

	private String routeOf(String id, @Nullable String route) {
		FrameConnection connection = this.connections.find(id);
		if (connection == null || (route != null && !connection.route().equals(route))) {
			throw RejectedRequest.missing("Unknown connection '" + id + "'");
		}
		return connection.route();
	}

	private static Object[] facts(TapRequest request) {
		return new Object[] { "route", text(request.route()), "connection", text(request.connection()), "remotes",
				text(request.remote()), "count", request.count(), "size", request.size(), "time",
				Timeouts.text(Duration.ofNanos(request.nanos())) };
	}

	private static String text(@Nullable String filter) {
		return (filter != null) ? filter : "any";
	}

	private static boolean isSet(@Nullable String text) {
		return text != null && !text.isBlank();
	}

	private static Duration time(@Nullable String text) {
		if (text == null || text.isBlank()) {
			return DEFAULT_TIME;
		}
		Duration time = Timeouts.parse(text).orElseGet(() -> until(text));
		if (!time.isPositive() || time.compareTo(MAX_TIME) > 0) {
			throw RejectedRequest.value("until", text, "at most an hour away, such as 30s or 2030-01-31T12:00:00Z");
		}
		return time;
	}

	private static Duration until(String text) {
		try {
			return Duration.between(Instant.now(), Instant.parse(text));
		}
		catch (DateTimeParseException ex) {
			return Duration.ZERO;
		}
	}

}
