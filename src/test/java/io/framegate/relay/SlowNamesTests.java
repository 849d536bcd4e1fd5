package io.framegate.relay;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of targets that take long to be looked up.
 */
@Timeout(60)
class SlowNamesTests {

	private static final CountDownLatch NEVER = new CountDownLatch(1);

	private static final CountDownLatch LATER = new CountDownLatch(1);

	private static TestUpstream echo;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		echo = TestUpstream.lineEcho();
		TestNames.hold("never.test", NEVER);
		TestNames.hold("later.test", LATER);
		TestNames.put("later.test", "127.0.0.1");
		String both = "never.test:" + echo.port() + "," + echo.address();
		String[] pooled = { "mode=request-reply" };
		String[] ordered = { "mode=request-reply", "upstream.sharing=ordered" };
		String[] failover = { "upstream.balance=failover" };
		String[] hash = { "upstream.balance=source-hash" };
		gateway = Gateway.start(Gateway.all(Gateway.route("session", "crlf", "crlf", both),
				Gateway.route("pooled", "crlf", "crlf", both, pooled),
				Gateway.route("hashed", "crlf", "crlf", both, Gateway.all(pooled, hash)),
				Gateway.route("ordered", "crlf", "crlf", both, ordered),
				Gateway.route("failover", "crlf", "crlf", both, failover),
				Gateway.route("failover-ordered", "crlf", "crlf", both, Gateway.all(ordered, failover)),
				Gateway.route("alone", "crlf", "crlf", "never.test:" + echo.port(), "timeouts.connect=300ms"),
				Gateway.route("later", "crlf", "crlf", "later.test:" + echo.port()),
				Gateway.route("probed", "crlf", "crlf", both, "upstream.health-check.interval=200ms")));
	}

	@AfterAll
	static void stop() {
		NEVER.countDown();
		LATER.countDown();
		gateway.close();
		echo.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "pooled", "hashed", "ordered", "failover", "failover-ordered" })
	void targetGivenAsAddressDoesNotWaitForAnothersName(String route) {
		for (int i = 0; i < 4; i++) {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
		}
	}

	@Test
	void lookingUpIsUnderTheConnectTimer() {
		try (TestClient client = gateway.connect("alone")) {
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure("alone", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
		assertThat(closure.detail()).contains("never.test").contains("300ms");
		assertThat(gateway.metric("framegate_timeouts_fired_total{route=\"alone\",timer=\"connect\"}")).isEqualTo(1);
	}

	@Test
	void whoConnectsMeanwhileIsServedOnceTheNameIsKnown() {
		try (TestClient client = gateway.connect("later")) {
			client.sendLine("hello");
			Gateway.await("the session", () -> gateway.connections("later").stream().findFirst());
			LATER.countDown();
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void nameThatIsNotFoundInTimeIsDownByItself() {
		Gateway.await("down", () -> Optional.of(state(0)).filter("DOWN"::equals));
		assertThat(state(1)).isEqualTo("UP");
	}

	private static String state(int target) {
		return gateway.get("/actuator/routes/probed").at("/targets/" + target + "/state").asString();
	}

}
