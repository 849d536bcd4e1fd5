package io.framegate.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.Script;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Targets that accept connections and are of no use all the same.
 */
@Timeout(60)
class UselessTargetsTests {

	private static final List<TestUpstream> SERVERS = new ArrayList<>();

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		TestUpstream good = answering("pong");
		TestUpstream hung = server(Peer::awaitEof);
		TestUpstream pongless = answering("ping");
		TestUpstream pinging = server((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("ping")) {
					peer.sendLine("pong");
				}
			}
		});
		TestUpstream closing = server((peer) -> {
		});
		TestUpstream resetting = server(Peer::reset);
		gateway = GatewayBuilder.routes(impatient("hung-exclusive").to(hung, good),
				impatient("hung-ordered").ordered().to(hung, good), correlated("hung-correlated").to(hung, good),
				heartbeats(impatient("hung-but-pings").ordered()).to(pinging, good),
				heartbeats(impatient("sign-on").ordered()).to(pongless, good),
				heartbeats(correlated("sign-on-correlated")).to(pongless, good),
				impatient("closing-exclusive").to(closing, good),
				impatient("closing-ordered").ordered().to(closing, good), failover("closing-session").to(closing, good),
				impatient("resetting-exclusive").to(resetting, good), failover("resetting-session").to(resetting, good))
			.start();
	}

	/** A connect is all that its probes prove. */
	private static RouteSpec failover(String name) {
		return route(name).balance("failover").with("upstream.health-check.interval=100ms");
	}

	private static RouteSpec impatient(String name) {
		return impatient(failover(name));
	}

	private static RouteSpec impatient(RouteSpec route) {
		return route.pooled()
			.with("timeouts.reply=300ms", "upstream.pool.max-wait=1s", "upstream.pool.max-connections=2");
	}

	private static RouteSpec correlated(String name) {
		return impatient(name).correlated("offset=0", "length=2");
	}

	private static RouteSpec heartbeats(RouteSpec route) {
		return route.with("upstream.heartbeat.interval=200ms", "upstream.heartbeat.send=ping",
				"upstream.heartbeat.expect=pong");
	}

	private static TestUpstream answering(String toPing) {
		return server((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line.equals("ping") ? toPing : line);
			}
		});
	}

	private static TestUpstream server(Script script) {
		TestUpstream server = TestUpstream.handling((peer) -> script.on(peer.within(Duration.ofMinutes(1))));
		SERVERS.add(server);
		return server;
	}

	@AfterAll
	static void stop() {
		gateway.close();
		SERVERS.forEach(TestUpstream::close);
		SERVERS.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "hung-exclusive", "hung-ordered", "hung-correlated", "hung-but-pings", "sign-on",
			"sign-on-correlated", "closing-exclusive", "closing-ordered", "closing-session", "resetting-exclusive",
			"resetting-session" })
	void anotherTargetTakesOver(String route) {
		Gateway.await("an answer by the other", () -> {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("01 who");
				return Optional.ofNullable(client.readLineOrEof());
			}
			catch (java.io.UncheckedIOException | AssertionError ex) {
				return Optional.empty();
			}
		});
		// Good probes do not bring it back at once.
		int answered = 0;
		for (int i = 0; i < 20; i++) {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("02 again");
				answered += "02 again".equals(client.readLineOrEof()) ? 1 : 0;
			}
			catch (java.io.UncheckedIOException | AssertionError ex) {
				// The target is on trial.
			}
		}
		assertThat(answered).isGreaterThanOrEqualTo(15);
	}

	/**
	 * What the client sends meets a closed socket, whose reset comes after its FIN.
	 */
	@Test
	void targetThatClosesBeforeItIsSentAnythingIsOfNoUse() {
		try (TestUpstream closing = TestUpstream.handling((peer) -> {
		});
				TestUpstream good = TestUpstream.lineEcho();
				Gateway gateway = GatewayBuilder.routes(failover("session").to(closing, good)).start()) {
			for (int i = 0; i < 3; i++) {
				try (TestClient client = gateway.connect("session")) {
					client.expectEof();
					client.sendLine("01 who");
				}
			}
			Gateway.await("the records", () -> Optional.of(upstreamReasons(gateway)).filter((all) -> all.size() == 3));
			assertThat(upstreamReasons(gateway)).containsOnly(CloseReason.UPSTREAM_RESET);
			try (TestClient client = gateway.connect("session")) {
				client.sendLine("01 who");
				assertThat(client.readLine()).isEqualTo("01 who");
			}
		}
	}

	private static List<CloseReason> upstreamReasons(Gateway gateway) {
		return gateway.closures("session")
			.stream()
			.filter((closure) -> closure.side() == Side.UPSTREAM)
			.map(Closure::reason)
			.toList();
	}

	@Test
	void connectionsThatEndUnusedAreNotMadeAgainAtOnce() {
		try (TestUpstream closing = TestUpstream.handling((peer) -> {
		}); Gateway gateway = GatewayBuilder.routes(impatient(route("closing")).to(closing)).start()) {
			for (int i = 0; i < 3; i++) {
				try (TestClient client = gateway.connect("closing")) {
					client.sendLine("01");
					client.expectEof();
				}
			}
			// Each waits a second at most, within which there are pauses of 100 to 800
			// ms.
			assertThat(closing.connections()).hasSizeLessThanOrEqualTo(40);
			Closure closure = gateway.awaitClosure("closing", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		}
	}

}
