package io.framegate.actuate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.closure.UnreadableStarts;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.framing.FramingTrial;
import io.framegate.framing.KnownFraming;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.UsersFramings;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The framings that routes can name, and which of them cut given bytes. It changes
 * nothing. Spring runs it on threads that may block.
 */
@Endpoint(id = "framings")
final class FramingsEndpoint {

	/** The largest frame of bytes that are not a connection's. */
	private static final int MAX_FRAME = 1024 * 1024;

	private final Routes routes;

	private final UsersFramings declared;

	private final ConnectionRegistry connections;

	private final UnreadableStarts unreadable;

	private final EndpointAccessResolver access;

	FramingsEndpoint(Routes routes, UsersFramings declared, ConnectionRegistry connections, ClosureLog closures,
			EndpointAccessResolver access) {
		this.routes = routes;
		this.declared = declared;
		this.connections = connections;
		this.unreadable = closures.unreadable();
		this.access = access;
	}

	@ReadOperation
	All all() {
		List<Route> running = this.routes.all().stream().map((route) -> route.route()).toList();
		return new All(KnownFraming.all(this.declared.all()).stream().map((one) -> View.of(one, running)).toList());
	}

	/**
	 * Tries all framings on bytes.
	 * @param bytes a hex dump
	 * @param connection or the id of a connection with a frame that cannot be cut
	 * @return what each framing makes of them, best first
	 */
	@WriteOperation
	TrialView.Tried tryOn(@Nullable String bytes, @Nullable String connection) {
		String dump = (bytes != null) ? bytes : "";
		String id = (connection != null) ? connection : "";
		if (dump.isBlank() == id.isBlank()) {
			throw RejectedRequest
				.because("The body must be {\"bytes\":\"<hex dump>\"} or {\"connection\":\"<id>\"}, one of the two");
		}
		if (id.isBlank()) {
			byte[] read = HexDump.read(dump);
			return TrialView.ofBytes(read, FramingTrial.all(this.declared.all(), read, MAX_FRAME));
		}
		UnreadableStarts.Start start = startOf(id);
		return TrialView.ofConnection(start, framing(start),
				FramingTrial.all(this.declared.all(), start.bytes(), maxFrame(start)));
	}

	private UnreadableStarts.Start startOf(String id) {
		if (this.access.accessFor(EndpointId.of("connections"), Access.READ_ONLY) == Access.NONE) {
			throw RejectedRequest
				.forbidden("Connections are not shown: management.endpoint.connections.access is none");
		}
		FrameConnection open = this.connections.find(id);
		byte[] incomplete = (open != null) ? incomplete(open) : new byte[0];
		if (open != null && incomplete.length > 0) {
			return new UnreadableStarts.Start(open.route(), open.side(), incomplete);
		}
		UnreadableStarts.Start kept = this.unreadable.find(id);
		if (kept == null) {
			throw (open != null) ? RejectedRequest.conflict("Connection '%s' has no incomplete frame now"
				.formatted(id)) : RejectedRequest.missing(
						"Nothing is kept of a connection '%s': there are bytes only of frames that could not be cut, of the newest 100 connections of a route that ended so"
							.formatted(id));
		}
		return kept;
	}

	private static byte[] incomplete(FrameConnection connection) {
		CompletableFuture<byte[]> first = new CompletableFuture<>();
		connection.execute(() -> first.complete(connection.firstOfFrame()));
		try {
			return first.get(1, TimeUnit.SECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			return new byte[0];
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new byte[0];
		}
	}

	private @Nullable String framing(UnreadableStarts.Start start) {
		return this.routes.find(start.route())
			.map((running) -> (start.side() == Side.INBOUND) ? running.route().listen().framing()
					: running.route().upstream().framing())
			.orElse(null);
	}

	private int maxFrame(UnreadableStarts.Start start) {
		return this.routes.find(start.route())
			.map((running) -> (start.side() == Side.INBOUND) ? running.route().listen().maxFrameBytes()
					: running.route().upstream().maxFrameBytes())
			.orElse(MAX_FRAME);
	}

	/**
	 * The answer.
	 *
	 * @param framings built-in ones first, then those of users, then presets
	 */
	record All(List<View> framings) {

	}

	/**
	 * A framing.
	 *
	 * @param name its name
	 * @param kind {@code built-in}, {@code declared} or {@code preset}
	 * @param title which protocol it is for
	 * @param document where that is described
	 * @param declaration its properties
	 * @param routes which sides of routes use it
	 */
	@JsonInclude(JsonInclude.Include.NON_EMPTY)
	record View(String name, String kind, String title, String document, @Nullable Map<String, Object> declaration,
			@JsonInclude List<Use> routes) {

		static View of(KnownFraming framing, List<Route> routes) {
			return new View(framing.name(), framing.kind().label(), framing.title(), framing.document(),
					(framing.declaration() != null) ? DeclarationView.of(framing.declaration()) : null,
					routes.stream().flatMap((route) -> uses(framing.name(), route)).toList());
		}

		private static Stream<Use> uses(String framing, Route route) {
			return Stream
				.of(new Use(route.name(), Side.INBOUND.label(), route.listen().framing()),
						new Use(route.name(), Side.UPSTREAM.label(), route.upstream().framing()))
				.filter((use) -> use.framing().equals(framing));
		}

	}

	/**
	 * A side of a route.
	 *
	 * @param route the route's name
	 * @param side the side
	 * @param framing the framing's name
	 */
	record Use(String route, String side, @JsonIgnore String framing) {

	}

}
