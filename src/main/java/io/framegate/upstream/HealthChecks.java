package io.framegate.upstream;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.framegate.connection.Terms;
import io.framegate.route.HealthCheck;
import io.framegate.route.PortRange;
import io.framegate.route.Upstream;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes targets from time to time: a connect, or an exchange where there is something to
 * send. Targets that were left alone for a while are tried so too, that no client has to.
 * Virtual threads for each target, a plain socket for each probe.
 */
final class HealthChecks {

	private static final Logger logger = LoggerFactory.getLogger(HealthChecks.class);

	private static final long TRIAL_MILLIS = 200;

	private final Upstream upstream;

	private final HealthCheck check;

	private final Terms terms;

	private final Consumer<TargetState> wentDown;

	private final Set<TargetState> watched = ConcurrentHashMap.newKeySet();

	private final CountDownLatch stopped = new CountDownLatch(1);

	HealthChecks(Upstream upstream, Terms terms, Consumer<TargetState> wentDown) {
		this.upstream = upstream;
		this.check = upstream.healthCheck();
		this.terms = terms;
		this.wentDown = wentDown;
	}

	/**
	 * Watches every target that is not watched yet, until it is a target no more.
	 * @param all the targets
	 */
	void start(Targets all) {
		for (TargetState state : all.all()) {
			if (this.watched.add(state)) {
				Thread.ofVirtual().name("framegate-trial-" + state.target()).start(() -> tryEjected(state, all));
				if (this.check.interval().isPositive()) {
					Thread.ofVirtual().name("framegate-health-" + state.target()).start(() -> watch(state, all));
				}
			}
		}
	}

	void stop() {
		this.stopped.countDown();
	}

	private boolean isStoppedWithin(long millis) {
		try {
			return this.stopped.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	private void tryEjected(TargetState state, Targets all) {
		while (!isStoppedWithin(TRIAL_MILLIS) && isStill(state, all)) {
			if (state.isTrialDue()) {
				if (probe(state) == null) {
					state.connected();
				}
				else {
					state.failed();
				}
			}
		}
	}

	private boolean isStill(TargetState state, Targets all) {
		boolean still = all.all().contains(state);
		if (!still) {
			this.watched.remove(state);
		}
		return still;
	}

	private void watch(TargetState state, Targets all) {
		int bad = 0;
		int good = 0;
		long interval = this.check.interval().toMillis();
		boolean down;
		do {
			String fault = probe(state);
			bad = (fault != null) ? bad + 1 : 0;
			good = (fault != null) ? 0 : good + 1;
			down = state.status() == TargetState.Status.DOWN;
			if (fault == null && !down) {
				state.connected();
			}
			if (!down && bad >= this.check.fall()) {
				logger.warn("Route '{}': target {} is down after {} failed probes: {}", this.terms.route(),
						state.target(), bad, fault);
				state.down(true);
				this.wentDown.accept(state);
				down = true;
			}
			else if (down && good >= this.check.rise()) {
				logger.info("Route '{}': target {} is up again after {} good probes", this.terms.route(),
						state.target(), good);
				state.down(false);
				down = false;
			}
			// More often while it is down, so that it is back within one interval.
		}
		while (!isStoppedWithin(down ? Math.max(1, interval / this.check.rise()) : interval) && isStill(state, all));
	}

	/**
	 * Probes once, at all addresses of the target until one is well.
	 * @return what is wrong, or {@code null}
	 */
	private @Nullable String probe(TargetState state) {
		String fault = "no address";
		try {
			for (InetSocketAddress address : Resolver.resolve(state.target())) {
				fault = probe(address);
				if (fault == null) {
					return null;
				}
			}
		}
		catch (IOException ex) {
			return "unknown host " + ex.getMessage();
		}
		return fault;
	}

	/**
	 * Probes from where connections come from: a partner's firewall may let nothing else
	 * pass.
	 */
	private @Nullable String probe(InetSocketAddress address) {
		PortRange range = this.upstream.sourcePort();
		int first = (range != null) ? range.first() : 0;
		int last = (range != null) ? range.last() : 0;
		for (int port = first; port <= last; port++) {
			try {
				return probe(address, port);
			}
			catch (BindException ex) {
				logger.trace("No probe from source port {}", port, ex);
			}
		}
		// Connections hold every port that there is: nothing can be told.
		return null;
	}

	private @Nullable String probe(InetSocketAddress address, int sourcePort) throws BindException {
		Duration limit = this.terms.timeouts().limit(Timer.CONNECT).value();
		int millis = limit.isZero() ? (int) Timer.CONNECT.byDefault().toMillis() : (int) limit.toMillis();
		try (Socket socket = new Socket()) {
			String source = this.upstream.sourceAddress();
			if (source != null || sourcePort != 0) {
				socket.setReuseAddress(true);
				socket.bind((source != null) ? new InetSocketAddress(source, sourcePort)
						: new InetSocketAddress(sourcePort));
			}
			socket.connect(address, millis);
			if (this.check.send() == null) {
				return null;
			}
			socket.setSoTimeout(millis);
			this.terms.framing().serializer().serialize(Payloads.bytes(this.check.send()), socket.getOutputStream());
			byte[] answer = this.terms.framing().deserializer().deserialize(socket.getInputStream());
			boolean fits = this.check.expect() == null || Arrays.equals(answer, Payloads.bytes(this.check.expect()));
			socket.shutdownOutput();
			return fits ? null : "the answer is not what is expected";
		}
		catch (BindException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

}
