package io.framegate.relay;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of targets that take long to be looked up.
 */
@Timeout(60)
class SlowNamesTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	private final TestUpstream echo = this.servers.lineEcho();

	private final CountDownLatch found = new CountDownLatch(1);

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	@AfterEach
	void endLookUps() {
		this.found.countDown();
	}

	/** A target whose name is not found while the test runs. */
	private String neverFound(String route) {
		// A name of its own, because a failed look-up is remembered for a while.
		String name = route + "-never.test";
		TestNames.hold(name, this.found);
		return name + ":" + this.echo.port();
	}

	static Stream<RouteSpec> everyWayToATarget() {
		return Stream.of(route("session"), route("pooled").pooled(), route("hashed").pooled().balance("source-hash"),
				route("ordered").ordered(), route("failover").balance("failover"),
				route("failover-ordered").ordered().balance("failover"));
	}

	@ParameterizedTest
	@MethodSource("everyWayToATarget")
	void targetGivenAsAddressDoesNotWaitForAnothersName(RouteSpec route) {
		gateway.configure(route.to(neverFound(route.name()), this.echo.address()));
		for (int i = 0; i < 4; i++) {
			try (TestClient client = gateway.connect(route.name())) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
		}
	}

	@Test
	void lookingUpIsUnderTheConnectTimer() {
		RouteSpec alone = route("alone").with("timeouts.connect=300ms").to(neverFound("alone"));
		try (TestClient client = gateway.connect(alone)) {
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure("alone", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
		assertThat(closure.detail()).contains("alone-never.test").contains("300ms");
		assertThat(gateway.metric("framegate_timeouts_fired_total{route=\"alone\",timer=\"connect\"}")).isEqualTo(1);
	}

	@Test
	void whoConnectsMeanwhileIsServedOnceTheNameIsKnown() {
		TestNames.hold("later.test", this.found);
		TestNames.put("later.test", "127.0.0.1");
		try (TestClient client = gateway.connect(route("later").to("later.test:" + this.echo.port()))) {
			client.sendLine("hello");
			Gateway.await("the session", () -> gateway.connections("later").stream().findFirst());
			this.found.countDown();
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void nameThatIsNotFoundInTimeIsDownByItself() {
		gateway.configure(route("probed").with("upstream.health-check.interval=200ms")
			.to(neverFound("probed"), this.echo.address()));
		Gateway.await("down", () -> Optional.of(gateway.targetState("probed", 0)).filter("DOWN"::equals));
		assertThat(gateway.targetState("probed", 1)).isEqualTo("UP");
	}

}
