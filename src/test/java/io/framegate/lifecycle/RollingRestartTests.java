package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.testkit.Balancer;
import io.framegate.testkit.Caller;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.OnceOnly;
import io.framegate.testkit.Peer;
import io.framegate.testkit.PlainBalancer;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two pods behind a balancer are replaced one after the other as Kubernetes does it,
 * while clients talk that connect again. What holds exactly:
 * <ul>
 * <li>No client and no server gets RST, and no connection is refused.
 * <li>Every request is answered to the client that asked it, in order.
 * <li>Every request reaches the server once. Clients ask again what FIN left unanswered,
 * so the gateway has handed on none of that, and all that it has handed on was answered.
 * <li>What clients had to ask again is, to the frame, what the gateways' records of ended
 * connections say was undelivered.
 * </ul>
 */
class RollingRestartTests {

	private static final List<String> ROUTES = List.of("session", "exclusive", "ordered");

	private static final int CALLERS = 6;

	private static final int DEPTH = 6;

	private static final JsonMapper JSON = new JsonMapper();

	private final Map<String, Balancer> balancers = new LinkedHashMap<>();

	private final List<Caller> callers = new ArrayList<>();

	private final List<GatewayProcess> pods = new ArrayList<>();

	static Stream<Named<Supplier<Balancer>>> balancers() {
		Stream<Named<Supplier<Balancer>>> own = Stream.of(Named.of("balancer", PlainBalancer::start));
		return HaProxy.isInstalled() ? Stream.concat(own, Stream.of(Named.of("HAProxy", HaProxy::start))) : own;
	}

	@ParameterizedTest
	@MethodSource("balancers")
	void bothPodsAreReplacedAndNothingIsLost(Supplier<Balancer> balancer) {
		OnceOnly answers = new OnceOnly(Duration.ofMillis(30));
		try (TestUpstream server = TestUpstream.handling(answers)) {
			GatewayProcess late = launch(server, "5s");
			GatewayProcess early = launch(server, "0s");
			ROUTES.forEach((route) -> this.balancers.put(route, balancer.get()));
			join(late);
			join(early);
			ROUTES.forEach(this::call);
			GatewayProcess third = launch(server, "0s");
			GatewayProcess fourth = launch(server, "0s");
			awaitAnswers();

			join(third);
			endBeforeBalancersNotice(late);
			awaitAnswers();

			join(fourth);
			endAfterBalancersNoticed(early);
			awaitAnswers();

			this.callers.forEach(Caller::finish);
			this.balancers.forEach((route, one) -> assertThat(one.faults()).as(route).isEmpty());
			this.pods.forEach(GatewayProcess::terminate);
			this.pods.forEach((pod) -> assertThat(pod.awaitExit()).isEqualTo(143));
			assertThat(answers.repeated()).isEmpty();
			assertThat(answers.seen()).isEqualTo(this.callers.stream().mapToLong(Caller::answered).sum());
			assertThat(server.connections()).extracting(Peer::failure).containsOnlyNulls();
			assertLedger();
		}
		finally {
			this.pods.forEach(GatewayProcess::close);
			this.balancers.values().forEach(Balancer::close);
		}
	}

	private GatewayProcess launch(TestUpstream server, String quietPeriod) {
		GatewayProcess pod = GatewayProcess.start(4096,
				Gateway.all(Gateway.route("session", "crlf", "crlf", server.address(), "timeouts.drain=30s"),
						Gateway.route("exclusive", "crlf", "crlf", server.address(), "timeouts.drain=30s",
								"mode=request-reply", "upstream.pool.max-connections=8"),
						Gateway.route("ordered", "crlf", "crlf", server.address(), "timeouts.drain=30s",
								"mode=request-reply", "upstream.sharing=ordered"),
						new String[] { "framegate.shutdown.quiet-period=" + quietPeriod,
								"logging.structured.format.console=logstash" }));
		this.pods.add(pod);
		return pod;
	}

	/**
	 * The pod is ready: its Service lists it.
	 */
	private void join(GatewayProcess pod) {
		pod.awaitOutput("Started Framegate");
		assertThat(ready(pod)).isTrue();
		this.balancers.forEach((route, balancer) -> balancer.add(pod.port(route)));
	}

	/**
	 * What {@code shutdown.quiet-period} is for: SIGTERM comes, readiness goes down, and
	 * a balancer that looks at readiness sends clients a while longer.
	 */
	private void endBeforeBalancersNotice(GatewayProcess pod) {
		pod.terminate();
		Gateway.await("readiness down", () -> Optional.of(pod).filter((one) -> !ready(one)));
		this.balancers.forEach((route, balancer) -> {
			long before = balancer.opened(pod.port(route));
			Gateway.await("a client that comes late to " + route,
					() -> Optional.of(balancer.opened(pod.port(route))).filter((opened) -> opened > before));
			balancer.remove(pod.port(route));
		});
		assertThat(pod.awaitExit()).isEqualTo(143);
	}

	/**
	 * What {@code preStop.sleep} is for: every node has noticed that the pod is leaving
	 * when SIGTERM comes.
	 */
	private void endAfterBalancersNoticed(GatewayProcess pod) {
		this.balancers.forEach((route, balancer) -> balancer.remove(pod.port(route)));
		awaitAnswers();
		pod.terminate();
		assertThat(pod.awaitExit()).isEqualTo(143);
	}

	private static boolean ready(GatewayProcess pod) {
		return pod.get("/actuator/health/readiness").statusCode() == 200;
	}

	/**
	 * Half of them keep their connection as long as they can.
	 */
	private void call(String route) {
		IntStream.range(0, CALLERS)
			.mapToObj((number) -> Caller.start(route + number, this.balancers.get(route).port(), DEPTH,
					(number % 2 == 0) ? 0 : 10 + number))
			.forEach(this.callers::add);
	}

	/**
	 * Waits until everybody was answered several times more.
	 */
	private void awaitAnswers() {
		List<Long> before = this.callers.stream().map(Caller::answered).toList();
		Gateway.await("answers to every caller",
				() -> Optional.of(this.callers)
					.filter((all) -> IntStream.range(0, all.size())
						.allMatch((i) -> all.get(i).hasFailed() || all.get(i).answered() > before.get(i) + 2 * DEPTH)));
		this.callers.stream().filter(Caller::hasFailed).forEach(Caller::finish);
	}

	private void assertLedger() {
		List<JsonNode> closures = this.pods.stream()
			.flatMap((pod) -> pod.output().lines())
			.filter((line) -> line.startsWith("{"))
			.map(JSON::readTree)
			.filter((line) -> line.has("endedBy"))
			.toList();
		assertThat(closures).extracting((closure) -> closure.at("/reason").asString())
			.isSubsetOf("inbound-eof", "upstream-eof", "shutdown");
		for (String route : ROUTES) {
			List<JsonNode> ended = closures.stream()
				.filter((closure) -> closure.at("/route").asString().equals(route))
				.filter((closure) -> closure.at("/side").asString().equals("inbound"))
				.toList();
			List<Caller> asking = this.callers.subList(ROUTES.indexOf(route) * CALLERS,
					(ROUTES.indexOf(route) + 1) * CALLERS);
			long answered = asking.stream().mapToLong(Caller::answered).sum();
			long again = asking.stream().mapToLong(Caller::askedAgain).sum();
			assertThat(ended).as(route).hasSize((int) asking.stream().mapToLong(Caller::connections).sum());
			assertThat(sum(ended, "undeliveredFrames")).as("undelivered of " + route).isEqualTo(again);
			assertThat(sum(ended, "framesIn")).as(route).isEqualTo(answered + again);
			assertThat(sum(ended, "framesOut")).as(route).isEqualTo(answered);
			assertThat(sum(ended, "partialFrameBytes")).as(route).isZero();
		}
	}

	private static long sum(List<JsonNode> closures, String field) {
		return closures.stream().mapToLong((closure) -> closure.at("/" + field).asLong()).sum();
	}

}
