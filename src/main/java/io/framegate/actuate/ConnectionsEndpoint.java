package io.framegate.actuate;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.FrameConnection;
import io.framegate.lifecycle.Routes;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;

/**
 * The current connections, oldest first. Spring runs it on threads that may block.
 */
@Endpoint(id = "connections", defaultAccess = Access.READ_ONLY)
final class ConnectionsEndpoint {

	private final ConnectionRegistry connections;

	private final Routes routes;

	private final AuditTrail audit;

	ConnectionsEndpoint(ConnectionRegistry connections, Routes routes, AuditTrail audit) {
		this.connections = connections;
		this.routes = routes;
		this.audit = audit;
	}

	@ReadOperation
	Page some(@Nullable String route, @Nullable String side, @Nullable String state, @Nullable String remote,
			@Nullable String search, @Nullable String sort, @Nullable String limit, @Nullable String after) {
		String ofRoute = RequestParameters.oneOf("route", route, RoutesEndpoint.names(this.routes));
		Side onSide = RequestParameters.oneOf("side", side, Side.values(), Side::label);
		ConnectionState inState = RequestParameters.oneOf("state", state, ConnectionState.values(),
				ConnectionState::name);
		int most = RequestParameters.limit(limit);
		String key = RequestParameters.text(sort);
		boolean falling = key.startsWith("-");
		ConnectionOrder order = RequestParameters.oneOf("sort", falling ? key.substring(1) : key,
				ConnectionOrder.values(), ConnectionOrder::label);
		String from = RequestParameters.text(remote);
		String part = RequestParameters.text(search).toLowerCase(Locale.ROOT);
		Predicate<FrameConnection> isWanted = (connection) -> (ofRoute == null || connection.route().equals(ofRoute))
				&& (onSide == null || connection.side() == onSide) && (inState == null || connection.state() == inState)
				&& (from.isEmpty() || isFrom(from, connection)) && (part.isEmpty() || isFound(part, connection));
		if (order != null) {
			int skipped = skipped(after);
			List<FrameConnection> wanted = this.connections.all().stream().filter(isWanted).toList();
			List<FrameConnection> page = order.sort(wanted.stream(), falling).skip(skipped).limit(most + 1L).toList();
			return page(wanted.size(), page, most, (last) -> Integer.toString(skipped + most));
		}
		long total = (from.isEmpty() && part.isEmpty()) ? this.connections.count(ofRoute, onSide, inState)
				: this.connections.all().stream().filter(isWanted).count();
		List<FrameConnection> page = this.connections.after(after(after))
			.stream()
			.filter(isWanted)
			.limit(most + 1L)
			.toList();
		return page(total, page, most, FrameConnection::getConnectionId);
	}

	private static Page page(long total, List<FrameConnection> found, int most,
			Function<FrameConnection, String> next) {
		List<FrameConnection> page = found.subList(0, Math.min(most, found.size()));
		return new Page(total, page.stream().map(ConnectionView::brief).toList(),
				(found.size() > most) ? next.apply(page.getLast()) : null);
	}

	private long after(@Nullable String id) {
		if (id == null || id.isBlank()) {
			return 0;
		}
		return this.connections.number(id).orElseThrow(() -> notANext(id));
	}

	/**
	 * Where a page of sorted connections begins.
	 */
	private static int skipped(@Nullable String after) {
		if (after == null || after.isBlank()) {
			return 0;
		}
		if (!after.matches("[0-9]{1,9}")) {
			throw notANext(after);
		}
		return Integer.parseInt(after);
	}

	private static RejectedRequest notANext(String after) {
		return RejectedRequest.value("after", after, "the 'next' value of an earlier answer");
	}

	private static boolean isFound(String part, FrameConnection connection) {
		return Stream.of(connection.remoteText(), connection.getConnectionId(), connection.route())
			.anyMatch((text) -> text.toLowerCase(Locale.ROOT).contains(part));
	}

	private static boolean isFrom(String remote, FrameConnection connection) {
		return connection.remoteText().equals(remote) || connection.getHostAddress().equals(remote)
				|| connection.getHostName().equalsIgnoreCase(remote);
	}

	@ReadOperation
	ConnectionView one(@Selector String id) {
		FrameConnection connection = find(id);
		CompletableFuture<ConnectionView> view = new CompletableFuture<>();
		connection.execute(() -> {
			try {
				view.complete(ConnectionView.full(connection));
			}
			catch (RuntimeException ex) {
				view.completeExceptionally(ex);
			}
		});
		try {
			return view.get(1, TimeUnit.SECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			// The loop does not answer: what can be told without it.
			return ConnectionView.brief(connection);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ConnectionView.brief(connection);
		}
	}

	/**
	 * Closes a connection, and with it the other one of its session.
	 * @param id its id
	 * @param how {@code drain} or {@code abort}; {@code drain} by default
	 * @param who asks
	 * @return 202: closing has begun
	 */
	@DeleteOperation
	WebEndpointResponse<Ending> end(@Selector String id, @Nullable String how, SecurityContext who) {
		FrameConnection connection = find(id);
		How way = RequestParameters.oneOf("how", how, How.values(), How::label);
		String by = "by " + AuditTrail.name(who);
		if (way == How.ABORT) {
			connection.execute(() -> connection.abort(new Cause(CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR, by)));
		}
		else {
			way = How.DRAIN;
			connection.execute(() -> connection.handler()
				.drain(connection, new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR, by)));
		}
		this.audit.note(who, "CONNECTION_ENDED", "id", id, "route", connection.route(), "side",
				connection.side().label(), "remote", connection.remoteText(), "how", way.label());
		return new WebEndpointResponse<>(new Ending(id, way.label()), HttpStatus.ACCEPTED.value());
	}

	private FrameConnection find(String id) {
		FrameConnection connection = this.connections.find(id);
		if (connection == null) {
			throw RejectedRequest.unknown("connection", id, List.of());
		}
		return connection;
	}

	/** How a connection is closed. */
	private enum How {

		/** Without loss. */
		DRAIN,

		/** At once, with RST. */
		ABORT;

		String label() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * A close that has begun.
	 *
	 * @param id the connection's id
	 * @param how how it is closed
	 */
	record Ending(String id, String how) {

	}

	/**
	 * The answer.
	 *
	 * @param total how many match the filters
	 * @param connections one page of them
	 * @param next what to ask for after this page, {@code null} if it is the last
	 */
	record Page(long total, List<ConnectionView> connections, @JsonInclude @Nullable String next) {

	}

}
