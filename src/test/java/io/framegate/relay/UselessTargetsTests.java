package io.framegate.relay;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Targets that accept connections and are of no use all the same.
 */
@Timeout(60)
class UselessTargetsTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
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

	/** Answers a heartbeat with this, and everything else with itself. */
	private TestUpstream answering(String toPing) {
		return this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line.equals("ping") ? toPing : line);
			}
		});
	}

	static Stream<RouteSpec> everyWayToShareConnections() {
		return Stream.of(impatient("exclusive"), impatient("ordered").ordered(), correlated("correlated"));
	}

	@ParameterizedTest
	@MethodSource("everyWayToShareConnections")
	void anotherTakesOverFromTheTargetThatHangs(RouteSpec route) {
		assertGoodTakesOver(route, this.servers.sink());
	}

	@Test
	void anotherTakesOverFromTheTargetThatOnlyAnswersHeartbeats() {
		TestUpstream pinging = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("ping")) {
					peer.sendLine("pong");
				}
			}
		});
		assertGoodTakesOver(heartbeats(impatient("pinging").ordered()), pinging);
	}

	@Test
	void anotherTakesOverFromTheTargetThatAnswersHeartbeatsWrongly() {
		TestUpstream pongless = answering("ping");
		assertGoodTakesOver(heartbeats(impatient("sign-on").ordered()), pongless);
		assertGoodTakesOver(heartbeats(correlated("sign-on-correlated")), pongless);
	}

	@Test
	void anotherTakesOverFromTheTargetThatCloses() {
		TestUpstream closing = closing();
		assertGoodTakesOver(impatient("closing-exclusive"), closing);
		assertGoodTakesOver(impatient("closing-ordered").ordered(), closing);
	}

	@Test
	@NeedsNativeSockets("report a reset after FIN")
	void anotherTakesOverFromTheTargetThatClosesSessions() {
		assertGoodTakesOver(failover("closing-session"), closing());
	}

	@Test
	void anotherTakesOverFromTheTargetThatResets() {
		TestUpstream resetting = this.servers.handling(Peer::reset);
		assertGoodTakesOver(impatient("resetting-exclusive"), resetting);
		assertGoodTakesOver(failover("resetting-session"), resetting);
	}

	private TestUpstream closing() {
		return this.servers.handling((peer) -> {
		});
	}

	private void assertGoodTakesOver(RouteSpec spec, TestUpstream useless) {
		String route = spec.name();
		gateway.configure(spec.to(useless, answering("pong")));
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
	@NeedsNativeSockets("report a reset after FIN")
	void targetThatClosesBeforeItIsSentAnythingIsOfNoUse() {
		gateway.configure(failover("session").to(closing(), this.servers.lineEcho()));
		for (int i = 0; i < 3; i++) {
			try (TestClient client = gateway.connect("session")) {
				client.expectEof();
				client.sendLine("01 who");
			}
		}
		Gateway.await("the records", () -> Optional.of(upstreamReasons()).filter((all) -> all.size() == 3));
		assertThat(upstreamReasons()).containsOnly(CloseReason.UPSTREAM_RESET);
		try (TestClient client = gateway.connect("session")) {
			client.sendLine("01 who");
			assertThat(client.readLine()).isEqualTo("01 who");
		}
	}

	private static List<CloseReason> upstreamReasons() {
		return gateway.closures("session")
			.stream()
			.filter((closure) -> closure.side() == Side.UPSTREAM)
			.map(Closure::reason)
			.toList();
	}

	@Test
	void connectionsThatEndUnusedAreNotMadeAgainAtOnce() {
		TestUpstream closing = closing();
		gateway.configure(impatient(route("closing")).to(closing));
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
