package io.framegate.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.Script;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Targets that accept connections and are of no use all the same.
 */
@Timeout(60)
class UselessTargetsTests {

	private static final List<TestUpstream> SERVERS = new ArrayList<>();

	private static final String[] REQUEST_REPLY = { "mode=request-reply", "timeouts.reply=300ms",
			"upstream.pool.max-wait=1s", "upstream.pool.max-connections=2" };

	private static final String[] ORDERED = { "upstream.sharing=ordered" };

	private static final String[] CORRELATED = { "upstream.sharing=correlated", "upstream.correlation.offset=0",
			"upstream.correlation.length=2" };

	/** A connect is all that these prove. */
	private static final String[] CHECKED = { "upstream.health-check.interval=100ms" };

	private static TestUpstream closing;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		TestUpstream good = server((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line.equals("ping") ? "pong" : line);
			}
		});
		TestUpstream hung = server(Peer::awaitEof);
		TestUpstream pongless = server((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
		TestUpstream hanging = server((peer) -> {
		});
		TestUpstream resetting = server(Peer::reset);
		TestUpstream pinging = server((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("ping")) {
					peer.sendLine("pong");
				}
			}
		});
		closing = server((peer) -> {
		});
		String[] heartbeat = { "upstream.heartbeat.interval=200ms", "upstream.heartbeat.send=ping",
				"upstream.heartbeat.expect=pong" };
		gateway = Gateway.start(Gateway.all( //
				failover("hung-exclusive", hung, good, REQUEST_REPLY),
				failover("hung-ordered", hung, good, REQUEST_REPLY, ORDERED),
				failover("hung-correlated", hung, good, REQUEST_REPLY, CORRELATED),
				failover("hung-but-pings", pinging, good, REQUEST_REPLY, ORDERED, heartbeat),
				failover("sign-on", pongless, good, REQUEST_REPLY, ORDERED, heartbeat),
				failover("sign-on-correlated", pongless, good, REQUEST_REPLY, CORRELATED, heartbeat),
				failover("closing-exclusive", hanging, good, REQUEST_REPLY),
				failover("closing-ordered", hanging, good, REQUEST_REPLY, ORDERED),
				failover("closing-session", hanging, good),
				failover("resetting-exclusive", resetting, good, REQUEST_REPLY),
				failover("resetting-session", resetting, good),
				Gateway.route("closing", "crlf", "crlf", closing.address(), REQUEST_REPLY),
				failover("refusing-session", hanging, good)));
	}

	private static String[] failover(String name, TestUpstream first, TestUpstream second, String[]... more) {
		return Gateway.route(name, "crlf", "crlf", first.address() + "," + second.address(),
				Gateway.all(new String[] { "upstream.balance=failover" }, CHECKED, Gateway.all(more)));
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
	 * What the client sends meets a socket that has gone, whose reset comes after its
	 * FIN.
	 */
	@Test
	void targetThatClosesBeforeItIsSentAnythingIsOfNoUse() {
		for (int i = 0; i < 3; i++) {
			try (TestClient client = gateway.connect("refusing-session")) {
				client.expectEof();
				client.sendLine("01 who");
			}
		}
		Gateway.await("the records", () -> Optional.of(upstreamReasons()).filter((all) -> all.size() == 3));
		assertThat(upstreamReasons()).containsOnly(CloseReason.UPSTREAM_RESET);
		try (TestClient client = gateway.connect("refusing-session")) {
			client.sendLine("01 who");
			assertThat(client.readLine()).isEqualTo("01 who");
		}
	}

	private static List<CloseReason> upstreamReasons() {
		return gateway.closures("refusing-session")
			.stream()
			.filter((closure) -> closure.side() == Side.UPSTREAM)
			.map(Closure::reason)
			.toList();
	}

	@Test
	void connectionsThatEndUnusedAreNotMadeAgainAtOnce() {
		for (int i = 0; i < 3; i++) {
			try (TestClient client = gateway.connect("closing")) {
				client.sendLine("01");
				client.expectEof();
			}
		}
		// Each waits a second at the most, within which there are pauses of 100 to 800
		// ms.
		assertThat(closing.connections()).hasSizeLessThanOrEqualTo(40);
		Closure closure = gateway.awaitClosure("closing", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
	}

}
