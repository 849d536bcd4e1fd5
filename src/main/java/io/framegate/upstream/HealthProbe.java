package io.framegate.upstream;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLSocket;

import io.framegate.connection.ConnectionContext;
import io.framegate.route.HealthCheck;
import io.framegate.route.Payload;
import io.framegate.route.PortRange;
import io.framegate.route.Upstream;
import io.framegate.timeout.Timeout;
import io.framegate.tls.ClientTls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes a target: a connect, or an exchange if there is something to send. Opens a plain
 * blocking socket for each probe: never on an event loop.
 */
final class HealthProbe {

	private static final Logger logger = LoggerFactory.getLogger(HealthProbe.class);

	private static final long LEAST_LIMIT_MILLIS = 1000;

	/** Closes sockets: a handshake could otherwise go on for ever. */
	private static final ScheduledThreadPoolExecutor DEADLINES = new ScheduledThreadPoolExecutor(1,
			Thread.ofPlatform().daemon().name("framegate-probe-deadlines").factory());

	static {
		DEADLINES.setRemoveOnCancelPolicy(true);
	}

	private final Upstream upstream;

	private final HealthCheck check;

	private final ConnectionContext context;

	private final @Nullable ClientTls tls;

	HealthProbe(Upstream upstream, ConnectionContext context, @Nullable ClientTls tls) {
		this.tls = tls;
		this.upstream = upstream;
		this.check = upstream.healthCheck();
		this.context = context;
	}

	/**
	 * What a probe proves.
	 * @return more if something is sent
	 */
	Evidence proof() {
		return (this.check.send() != null) ? Evidence.ANSWER : Evidence.CONNECT;
	}

	/**
	 * Probes once, all addresses of the target until one is healthy.
	 * @param state the target
	 * @return what is wrong, or {@code null}
	 */
	@Nullable String fault(TargetState state) {
		String fault = "no address";
		try {
			List<InetSocketAddress> addresses = addresses(state);
			// Begins with the address that last answered, so that a silent one is not
			// waited for each
			// time.
			Collections.rotate(addresses, -Math.max(0, addresses.indexOf(state.wellAddress())));
			for (InetSocketAddress address : addresses) {
				fault = probe(state, address);
				if (fault == null) {
					state.wellAddress(address);
					return null;
				}
			}
		}
		catch (UnknownHostException ex) {
			return "unknown host " + ex.getMessage();
		}
		return fault;
	}

	/**
	 * The addresses that connections use. While no name server answers, they may still be
	 * right.
	 */
	private List<InetSocketAddress> addresses(TargetState state) throws UnknownHostException {
		try {
			state.lookedUp().get(limit(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new UnknownHostException(state.target().host() + ": not looked up in time");
		}
		List<InetSocketAddress> known = state.addresses();
		if (known.isEmpty() || known.getFirst().isUnresolved()) {
			throw new UnknownHostException(state.target().host());
		}
		return new ArrayList<>(known);
	}

	/**
	 * How long a probe of an address may take: as long as a connect, but a silent target
	 * must not delay the next probes longer than necessary.
	 */
	private int limit() {
		Duration connect = this.context.timeouts().limit(Timeout.CONNECT).value();
		long millis = (connect.isZero() ? Timeout.CONNECT.byDefault() : connect).toMillis();
		long interval = this.check.interval().toMillis();
		return (int) ((interval > 0) ? Math.min(millis, Math.max(interval, LEAST_LIMIT_MILLIS)) : millis);
	}

	/**
	 * Probes from the source addresses of connections: a partner's firewall may block all
	 * others.
	 */
	private @Nullable String probe(TargetState state, InetSocketAddress address) {
		PortRange range = this.upstream.sourcePort();
		int first = (range != null) ? range.first() : 0;
		int last = (range != null) ? range.last() : 0;
		for (int port = first; port <= last; port++) {
			try {
				return probe(state, address, port);
			}
			catch (BindException ex) {
				logger.trace("No probe from source port {}", port, ex);
			}
		}
		// Connections hold every source port: nothing can be told.
		return null;
	}

	private @Nullable String probe(TargetState state, InetSocketAddress address, int sourcePort) throws BindException {
		int millis = limit();
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		try (Socket socket = new Socket()) {
			String source = this.upstream.sourceAddress();
			if (source != null || sourcePort != 0) {
				socket.setReuseAddress(true);
				socket.bind((source != null) ? new InetSocketAddress(source, sourcePort)
						: new InetSocketAddress(sourcePort));
				// After a FIN, connections could not use the port for a minute.
				socket.setSoLinger(sourcePort != 0, 0);
			}
			socket.connect(address, millis);
			if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
				socket.setSoLinger(true, 0);
				return "Connection refused (connected to itself)";
			}
			Preface preface = Preface.own(this.upstream);
			if (preface != null) {
				socket.getOutputStream()
					.write(preface.bytes((InetSocketAddress) socket.getLocalSocketAddress(), address));
			}
			String fault = (this.tls != null) ? secured(this.tls, state, socket, deadline) : exchange(socket, deadline);
			if (sourcePort == 0 && this.tls == null && this.check.send() != null) {
				socket.shutdownOutput();
			}
			return fault;
		}
		catch (BindException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException ex) {
			return String.valueOf(ex.getMessage());
		}
		catch (Error ex) {
			// A user's own framing has failed, which must not stop the probes.
			return ex.toString();
		}
	}

	/**
	 * The same with TLS. The handshake must be done in time, too.
	 */
	private @Nullable String secured(ClientTls with, TargetState state, Socket socket, long deadline)
			throws IOException {
		Future<?> end = DEADLINES.schedule(() -> {
			socket.close();
			return null;
		}, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		try {
			SSLSocket secured = with.socket(socket, state.target());
			secured.startHandshake();
			String fault = exchange(secured, deadline);
			secured.shutdownOutput();
			return fault;
		}
		catch (SocketException ex) {
			if (System.nanoTime() - deadline >= 0) {
				throw new SocketTimeoutException("TLS handshake timed out");
			}
			throw ex;
		}
		finally {
			end.cancel(false);
		}
	}

	private @Nullable String exchange(Socket socket, long deadline) throws IOException {
		if (this.check.send() == null) {
			return null;
		}
		this.context.framing().serializer().serialize(new Payload(this.check.send()).bytes(), socket.getOutputStream());
		byte[] answer = this.context.framing().deserializer().deserialize(new DeadlineInputStream(socket, deadline));
		boolean fits = this.check.expect() == null || Arrays.equals(answer, new Payload(this.check.expect()).bytes());
		return fits ? null : "unexpected answer";
	}

}
