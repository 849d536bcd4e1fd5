package io.framegate.upstream;

import java.io.IOException;
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
import io.framegate.route.Upstream;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes targets from time to time: a connect, or an exchange where there is something to
 * send. A virtual thread for each target, a plain socket for each probe.
 */
final class HealthChecks {

	private static final Logger logger = LoggerFactory.getLogger(HealthChecks.class);

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
	 * Watches every target that is not watched yet.
	 * @param targets the targets
	 */
	void start(Targets targets) {
		if (this.check.interval().isPositive()) {
			for (TargetState state : targets.all()) {
				if (this.watched.add(state)) {
					Thread.ofVirtual().name("framegate-health-" + state.target()).start(() -> watch(state, targets));
				}
			}
		}
	}

	void stop() {
		this.stopped.countDown();
	}

	private void watch(TargetState state, Targets targets) {
		int bad = 0;
		int good = 0;
		try {
			do {
				String fault = probe(state);
				bad = (fault != null) ? bad + 1 : 0;
				good = (fault != null) ? 0 : good + 1;
				boolean down = state.status() == TargetState.Status.DOWN;
				if (!down && bad >= this.check.fall()) {
					logger.warn("Route '{}': target {} is down after {} failed probes: {}", this.terms.route(),
							state.target(), bad, fault);
					state.down(true);
					this.wentDown.accept(state);
				}
				else if (down && good >= this.check.rise()) {
					logger.info("Route '{}': target {} is up again after {} good probes", this.terms.route(),
							state.target(), good);
					state.down(false);
				}
			}
			while (!this.stopped.await(this.check.interval().toMillis(), TimeUnit.MILLISECONDS)
					&& targets.all().contains(state));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.watched.remove(state);
		}
	}

	/**
	 * Probes once.
	 * @return what is wrong, or {@code null}
	 */
	private @Nullable String probe(TargetState state) {
		Duration limit = this.terms.timeouts().limit(Timer.CONNECT).value();
		int millis = limit.isZero() ? (int) Timer.CONNECT.byDefault().toMillis() : (int) limit.toMillis();
		try (Socket socket = new Socket()) {
			if (this.upstream.sourceAddress() != null) {
				socket.bind(new InetSocketAddress(this.upstream.sourceAddress(), 0));
			}
			socket.connect(new InetSocketAddress(state.target().host(), state.target().port()), millis);
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
		catch (IOException | RuntimeException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

}
