package io.framegate.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.connection.ConnectionHistory;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.StateChange;
import io.framegate.proxy.ProxyHeader;
import io.framegate.proxy.TlvNames;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.tls.TlsSession;
import io.framegate.transport.Addresses;
import io.framegate.transport.TcpInfo;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the endpoint shows it.
 *
 * @param id its id
 * @param route its route
 * @param side its side
 * @param state its state
 * @param remote the peer's address and port
 * @param local the gateway's address and port
 * @param peerId the other connection of the session
 * @param openedAt when it was accepted, or its connect begun
 * @param lastReadAt when bytes were last read
 * @param lastWriteAt when the kernel last took bytes
 * @param framesIn complete frames read
 * @param framesOut frames taken whole by the kernel
 * @param bytesIn bytes read
 * @param bytesOut bytes taken by the kernel
 * @param pendingBytes bytes written and not taken
 * @param inFlight exchanges in flight
 * @param proxy the PROXY header that it came with
 * @param tls what TLS has settled, if the connection has it
 * @param states its states so far, if one connection is asked for
 * @param timers its timers, if one connection is asked for
 * @param tcp what the kernel knows of it, if one connection is asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ConnectionView(String id, String route, String side, ConnectionState state, String remote,
		@JsonInclude @Nullable String local, @JsonInclude @Nullable String peerId, Instant openedAt,
		@JsonInclude @Nullable Instant lastReadAt, @JsonInclude @Nullable Instant lastWriteAt, long framesIn,
		long framesOut, long bytesIn, long bytesOut, long pendingBytes, int inFlight, @Nullable ProxyView proxy,
		@Nullable TlsSession tls, @Nullable List<StateChange> states, @Nullable List<TimerView> timers,
		@Nullable TcpInfo tcp) {

	static ConnectionView brief(FrameConnection connection) {
		return of(connection, null, null, null);
	}

	/**
	 * The whole view. The connection's loop only.
	 * @param connection the connection
	 * @return the view, with timers and the kernel's facts
	 */
	static ConnectionView full(FrameConnection connection) {
		return of(connection, ConnectionHistory.of(connection), TimerView.all(connection), connection.tcp());
	}

	private static ConnectionView of(FrameConnection connection, @Nullable List<StateChange> states,
			@Nullable List<TimerView> timers, @Nullable TcpInfo tcp) {
		FrameConnection peer = connection.peer();
		String local = Addresses.text(connection.local());
		long bytesIn = connection.bytesIn();
		long bytesOut = connection.bytesOut();
		return new ConnectionView(connection.getConnectionId(), connection.route(), connection.side().label(),
				connection.state(), connection.remoteText(), local.isEmpty() ? null : local,
				(peer != null) ? peer.getConnectionId() : null, connection.openedAt(),
				(bytesIn > 0) ? connection.lastReadAt() : null, (bytesOut > 0) ? connection.lastWriteAt() : null,
				connection.framesIn(), connection.framesOut(), bytesIn, bytesOut, connection.pendingBytes(),
				connection.handler().inFlight(), ProxyView.of(connection.identity().proxy()),
				connection.identity().tls(), states, timers, tcp);
	}

	/**
	 * The PROXY header of a client.
	 *
	 * @param version 1 or 2
	 * @param via the proxy's address and port
	 * @param destination the address and port that the client connected to, {@code null}
	 * if the header does not say
	 * @param tlvs the header's other values, by the names that they have in messages, or
	 * by type
	 */
	record ProxyView(int version, String via, @JsonInclude @Nullable String destination, Map<String, String> tlvs) {

		static @Nullable ProxyView of(@Nullable ProxyHeader header) {
			if (header == null) {
				return null;
			}
			String destination = Addresses.text(header.destination());
			return new ProxyView(header.version(), Addresses.text(header.via()),
					destination.isEmpty() ? null : destination, TlvNames.all(header));
		}

	}

	/**
	 * A timer of a connection.
	 *
	 * @param name its name
	 * @param limit its limit
	 * @param source where the limit came from
	 * @param remaining what is left of it, {@code null} if it is not running
	 */
	record TimerView(String name, String limit, String source, @JsonInclude @Nullable String remaining) {

		static List<TimerView> all(FrameConnection connection) {
			Timeouts timeouts = connection.context().timeouts();
			long now = System.nanoTime();
			List<TimerView> all = new ArrayList<>();
			for (Timeout timer : Timeout.values()) {
				Timeouts.Limit limit = timeouts.limit(timer);
				long started = limit.value().isZero() ? 0 : connection.startedAt(timer);
				all.add(new TimerView(timer.label(), limit.text(), limit.source().label(), (started != 0)
						? Timeouts.text(left(limit.value().toMillis(), (now - started) / 1_000_000)) : null));
			}
			return all;
		}

		private static Duration left(long limit, long elapsed) {
			return Duration.ofMillis(Math.max(0, limit - elapsed));
		}

	}

}
