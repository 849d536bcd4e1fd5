package io.framegate.configuration;

import java.time.Duration;
import java.util.Map;

import io.framegate.route.Route;
import io.framegate.route.Target;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

class EnvironmentVariablesTests {

	@Test
	void routeOfNothingButVariables() {
		FramegateProperties properties = TestConfiguration.empty()
			.variables(Map.of("FRAMEGATE_ROUTES_ORDERS_LISTEN_PORT", "7001", //
					"FRAMEGATE_ROUTES_ORDERS_LISTEN_FRAMING", "lf", //
					"FRAMEGATE_ROUTES_ORDERS_LISTEN_MAX_FRAME_SIZE", "1KB", //
					"FRAMEGATE_ROUTES_ORDERS_UPSTREAM_MAXFRAMESIZE", "2KB", //
					"FRAMEGATE_ROUTES_ORDERS_UPSTREAM_TARGETS_0", "a:1", //
					"FRAMEGATE_ROUTES_ORDERS_UPSTREAM_TARGETS_1", "b:2", //
					"FRAMEGATE_ROUTES_ORDERS_TIMEOUTS_FIRST_FRAME", "3s", //
					"FRAMEGATE_DEFAULTS_TIMEOUTS_TLSHANDSHAKE", "4s", //
					"FRAMEGATE_DEMO_ECHO_PORT", "7101", //
					"FRAMEGATE_CLOSURES_KEEP", "5"))
			.read();
		Route route = properties.allRoutes().getFirst();
		assertThat(route.name()).isEqualTo("orders");
		assertThat(route.listen().port()).isEqualTo(7001);
		assertThat(route.listen().framing()).isEqualTo("lf");
		assertThat(route.listen().maxFrameBytes()).isEqualTo(1024);
		assertThat(route.upstream().maxFrameBytes()).isEqualTo(2048);
		assertThat(route.upstream().targets()).containsExactly(new Target("a", 1), new Target("b", 2));
		assertThat(route.timeouts()).containsOnly(entry(Timeout.FIRST_FRAME, Duration.ofSeconds(3)),
				entry(Timeout.TLS_HANDSHAKE, Duration.ofSeconds(4)));
		assertThat(properties.demo().echoPort()).isEqualTo(7101);
		assertThat(properties.closures().keep()).isEqualTo(5);
	}

	@ParameterizedTest
	@CsvSource({ "FRAMEGATE_ROUTES_CARDAUTH_LISTEN_PORT", "FRAMEGATE_ROUTES_CARD_AUTH_LISTEN_PORT",
			"framegate_routes_card_auth_listen_port", "framegate.routes.card-auth.listen.port" })
	void variableOverridesADeclaredRouteWithADash(String variable) {
		assertThat(TestConfiguration.route("card-auth").variable(variable, "7009").onlyRoute().listen().port())
			.isEqualTo(7009);
	}

	@Test
	void undeclaredRouteHasDashesForUnderscores() {
		Route route = TestConfiguration.empty()
			.variables(Map.of("FRAMEGATE_ROUTES_CARD_AUTH_LISTEN_PORT", "0", //
					"FRAMEGATE_ROUTES_CARDAUTH_UPSTREAM_TARGETS", "a:1,b:2"))
			.onlyRoute();
		assertThat(route.name()).isEqualTo("card-auth");
		assertThat(route.upstream().targets()).hasSize(2);
	}

	@Test
	void nameOfARouteMayBeAKey() {
		Route route = TestConfiguration.empty()
			.variables(Map.of("FRAMEGATE_ROUTES_LISTEN_LISTEN_PORT", "0", //
					"FRAMEGATE_ROUTES_LISTEN_UPSTREAM_TARGETS", "a:1"))
			.onlyRoute();
		assertThat(route.name()).isEqualTo("listen");
	}

	@ParameterizedTest
	@CsvSource({ "FRAMEGATE_SERVICE_HOST, 10.0.0.1", "FRAMEGATE_SERVICE_PORT, 8080",
			"FRAMEGATE_PORT, tcp://10.0.0.1:8080", "FRAMEGATE_PORT_7001_TCP_ADDR, 10.0.0.1", "FRAMEGATE_VERSION, 1.2.3",
			"FRAMEGATE_ROUTES_SERVICE_HOST, 10.0.0.1", "FRAMEGATE_DEMO_SERVICE_PORT_HTTP, 80",
			"FRAMEGATE_DEMO_PORT, tcp://10.0.0.1:80", "FRAMEGATE_DEMO_ECHO_PORT, tcp://10.0.0.1:80",
			"FRAMEGATE_DEMO_PORT_7001_TCP, tcp://10.0.0.1:7001", "FRAMEGATE_DEMO_PORT_7001_TCP_PROTO, tcp",
			"PATH, /bin" })
	void whatKubernetesSetsForServicesIsLeftAlone(String variable, String value) {
		assertThat(TestConfiguration.route("orders").variable(variable, value).problems()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({
			"FRAMEGATE_ROUTES_X_LISTEN_PROT, 7001, is not a known variable. Did you mean 'FRAMEGATE_ROUTES_X_LISTEN_PORT'?",
			"FRAMEGATE_ROUTES_CARD_AUTH_TIMEOUTS_IDEL, 1s, is not a known variable. Did you mean 'FRAMEGATE_ROUTES_CARD_AUTH_TIMEOUTS_IDLE'?",
			"FRAMEGATE_DEMO_ECHOPROT, 1, is not a known variable. Did you mean 'FRAMEGATE_DEMO_ECHO_PORT'?",
			"FRAMEGATE_SHUTDOWN_NONSENSE_IN_FULL, 1, is not a known variable",
			"FRAMEGATE_ROUTES_X_LISTEN_RULES_0_WHEN, ping, is not available in this version",
			"FRAMEGATE_ROUTES_X_UPSTREAM_HEARTBEAT_SIGN_ON, hi, is not available in this version",
			"FRAMEGATE_ROUTES_X_PORT, 7001, is not a known variable" })
	void unknownVariableIsRefused(String variable, String value, String message) {
		assertThat(TestConfiguration.route("orders").variable(variable, value).problems()).singleElement()
			.satisfies((problem) -> {
				assertThat(problem.property()).isEqualTo(variable);
				assertThat(problem.value()).isEqualTo(value);
				assertThat(problem.message()).isEqualTo(message);
				assertThat(problem.origin()).hasToString("System Environment Property \"" + variable + "\"");
			});
	}

	@ParameterizedTest
	@CsvSource({ "FRAMEGATE_MANAGMENT_USERS_ANN_PASSWORD, FRAMEGATE_MANAGEMENT_USERS_ANN_PASSWORD",
			"FRAMGATE_ROUTES_X_LISTEN_PORT, FRAMEGATE_ROUTES_X_LISTEN_PORT",
			"FRAMEGATE_ROUTE_X_LISTEN_PORT, FRAMEGATE_ROUTES_X_LISTEN_PORT",
			"FRAMGATE_MANAGMENT_USERS_ANN_PASSWORD, FRAMEGATE_MANAGEMENT_USERS_ANN_PASSWORD",
			"FRAME_GATE_ROUTES_X_LISTEN_PORT, FRAMEGATE_ROUTES_X_LISTEN_PORT",
			"framegate_closure_keep, FRAMEGATE_CLOSURES_KEEP",
			"framgate.routes.x.listen.port, FRAMEGATE_ROUTES_X_LISTEN_PORT" })
	void variableWhoseFirstWordIsAlmostKnownIsRefused(String variable, String meant) {
		assertThat(TestConfiguration.route("orders").variable(variable, "7001").problems())
			.extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple(variable, null, "is not a known variable. Did you mean '" + meant + "'?"));
	}

	@ParameterizedTest
	@CsvSource({ "FRAMEGATES_SERVICE_HOST, 10.0.0.1", "FRAMEGATES_PORT, tcp://10.0.0.1:8080",
			"FRAMEGATE_ROUTE_SERVICE_PORT, 80", "FRAMEGATE_ROUTE_PORT_80_TCP_ADDR, 10.0.0.1", "FRAMEWORK_HOME, /opt",
			"FRAMEGATE_IMAGE, x" })
	void variableOfSomebodyElseIsLeftAlone(String variable, String value) {
		assertThat(TestConfiguration.route("orders").variable(variable, value).problems()).isEmpty();
	}

	@Test
	void badValueNamesTheVariable() {
		assertThat(TestConfiguration.route("orders").variable("FRAMEGATE_ROUTES_ORDERS_LISTEN_PORT", "x").problems())
			.singleElement()
			.satisfies((problem) -> {
				assertThat(problem.property()).isEqualTo("framegate.routes.orders.listen.port");
				assertThat(problem.origin())
					.hasToString("System Environment Property \"FRAMEGATE_ROUTES_ORDERS_LISTEN_PORT\"");
			});
	}

}
