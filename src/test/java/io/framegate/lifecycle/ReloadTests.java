package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Caller;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.dsl.IntegrationFlow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A changed configuration, taken over while connections are there.
 */
class ReloadTests {

	private static final int CALLERS = 4;

	@TempDir
	private Path directory;

	private static String route(String name, String target, String more) {
		return """
				    %s:
				      listen: {port: 0, address: 127.0.0.1, framing: crlf%s}
				      upstream: {targets: "%s"}
				""".formatted(name, more, target);
	}

	private void write(String... routes) throws IOException {
		Path next = this.directory.resolve("application.yml.next");
		Files.writeString(next, "framegate:\n  routes:\n" + String.join("", routes));
		Files.move(next, this.directory.resolve("application.yml"), StandardCopyOption.REPLACE_EXISTING);
	}

	private Gateway start() {
		return Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/");
	}

	private static ConfigurationReloader.Outcome reload(Gateway gateway) {
		// Or the watch might be first.
		gateway.bean(ConfigurationReloader.class).stop();
		return gateway.bean(ConfigurationReloader.class).reload();
	}

	private static CompletableFuture<ConfigurationReloader.Outcome> reloading(Gateway gateway) {
		return CompletableFuture.supplyAsync(() -> reload(gateway), Thread::startVirtualThread);
	}

	@Test
	void routesComeAndGoAndOthersNeverNotice() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			String shared = route("shared", server.address(), "") + "      mode: request-reply\n";
			write(route("kept", server.address(), ""), shared, route("gone", server.address(), ""));
			try (Gateway gateway = start(); TestClient gone = gateway.connect("gone")) {
				gone.sendLine("here");
				assertThat(gone.readLine()).isEqualTo("here");
				int port = gateway.port("kept");
				List<Caller> load = Stream.of("kept", "shared")
					.flatMap((route) -> IntStream.range(0, CALLERS)
						.mapToObj((number) -> Caller.start(route + number, gateway.port(route), 4, 0)))
					.toList();
				awaitAnswers(load);
				gateway.bean(ConfigurationReloader.class).stop();
				write(route("kept", server.address(), ""), shared, route("fresh", server.address(), ""));
				CompletableFuture<ConfigurationReloader.Outcome> reloading = reloading(gateway);
				gone.expectEof();
				gone.close();
				ConfigurationReloader.Outcome outcome = reloading.join();
				assertThat(outcome).isEqualTo(new ConfigurationReloader.Outcome(List.of("fresh"), List.of("gone"),
						List.of(), List.of(), null));
				assertThat(gateway.awaitClosure("gone", Side.INBOUND).reason()).isEqualTo(CloseReason.ROUTE_DRAIN);
				try (TestClient fresh = gateway.connect("fresh")) {
					fresh.sendLine("new");
					assertThat(fresh.readLine()).isEqualTo("new");
				}
				awaitAnswers(load);
				assertThat(gateway.closures("kept")).isEmpty();
				assertThat(gateway.closures("shared")).isEmpty();
				load.forEach(Caller::finish);
				assertThat(load).allMatch((caller) -> caller.connections() == 1 && caller.askedAgain() == 0);
				assertThat(gateway.port("kept")).isEqualTo(port);
				assertThat(gateway.bean(Routes.class).find("gone")).isEmpty();
			}
		}
	}

	private static void awaitAnswers(List<Caller> callers) {
		List<Long> before = callers.stream().map(Caller::answered).toList();
		Gateway.await("answers to every caller",
				() -> Optional.of(callers)
					.filter((all) -> IntStream.range(0, all.size())
						.allMatch((i) -> all.get(i).hasFailed() || all.get(i).answered() > before.get(i) + 20)));
	}

	@Test
	void limitsTimeoutsAndTargetsChangeWhileConnectionsStay() throws Exception {
		try (TestUpstream one = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("one " + line);
			}
		}); TestUpstream two = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("two " + line);
			}
		})) {
			write(route("r", one.address(), ""));
			try (Gateway gateway = start(); TestClient before = gateway.connect("r")) {
				before.sendLine("a");
				assertThat(before.readLine()).isEqualTo("one a");
				write(route("r", two.address(), ", max-connections: 2") + "      timeouts: {idle: 77s}\n");
				assertThat(reload(gateway).changed()).containsExactly("r");
				before.sendLine("b");
				assertThat(before.readLine()).isEqualTo("one b");
				try (TestClient after = gateway.connect("r")) {
					after.sendLine("c");
					assertThat(after.readLine()).isEqualTo("two c");
					try (TestClient tooMany = gateway.connect("r")) {
						tooMany.expectEof();
					}
				}
				assertThat(gateway.route("r").timeouts().limit(Timeout.IDLE).value()).isEqualTo(Duration.ofSeconds(77));
			}
		}
	}

	@Test
	void trustInProxiesChangesWhileConnectionsStay() throws Exception {
		String header = "PROXY TCP4 203.0.113.9 198.51.100.7 40001 7001\r\n";
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ", proxy-protocol: required, proxy-trusted: [127.0.0.1]"));
			try (Gateway gateway = start(); TestClient before = gateway.connect("r")) {
				before.send(header + "a\r\n");
				assertThat(before.readLine()).isEqualTo("a");
				write(route("r", server.address(), ", proxy-protocol: required, proxy-trusted: [10.0.0.0/8]"));
				assertThat(reload(gateway).changed()).containsExactly("r");
				try (TestClient denied = gateway.connect("r")) {
					denied.expectEof();
					assertThat(gateway.awaitClosure("r", denied).reason()).isEqualTo(CloseReason.DENIED);
				}
				write(route("r", server.address(), ""));
				assertThat(reload(gateway).changed()).containsExactly("r");
				try (TestClient plain = gateway.connect("r")) {
					plain.sendLine("b");
					assertThat(plain.readLine()).isEqualTo("b");
				}
				before.sendLine("c");
				assertThat(before.readLine()).isEqualTo("c");
			}
		}
	}

	@Test
	void wrongConfigurationChangesNothingAndIsSaid() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ""));
			try (Gateway gateway = start(); TestClient client = gateway.connect("r")) {
				write(route("r", server.address(), ", prot: 1"));
				assertThat(reload(gateway).error()).contains("prot");
				client.sendLine("still");
				assertThat(client.readLine()).isEqualTo("still");
				assertThat(gateway.get("/actuator/routes").get("configurationError").asString()).contains("prot");
				assertThat(gateway.get("/actuator/health").get("status").asString()).isEqualTo("DEGRADED");
				Files.writeString(this.directory.resolve("application.yml"), "framegate: [");
				assertThat(reload(gateway).error()).isNotBlank();
				for (String secret : List.of("'sesame' oops", "!sesame x", "*sesame", "\"sesame\\h\"")) {
					Files.writeString(this.directory.resolve("application.yml"), "a: 1\nb:\n  password: " + secret);
					assertThat(reload(gateway).error()).contains("YAML").contains("line 3").doesNotContain("sesame");
				}
				write(route("r", server.address(), ""));
				assertThat(reload(gateway).error()).isNull();
				assertThat(gateway.get("/actuator/health").get("status").asString()).isEqualTo("UP");
			}
		}
	}

	@Test
	void changedListenerRestartsItsRouteAlone() throws Exception {
		try (TestUpstream server = TestUpstream.echo()) {
			write(route("r", server.address(), ""), route("other", server.address(), ""));
			try (Gateway gateway = start();
					TestClient client = gateway.connect("r");
					TestClient other = gateway.connect("other")) {
				client.sendLine("x");
				assertThat(client.readLine()).isEqualTo("x");
				write(route("r", server.address(), ", max-frame-size: 5B"), route("other", server.address(), ""));
				CompletableFuture<ConfigurationReloader.Outcome> reloading = reloading(gateway);
				client.expectEof();
				client.close();
				assertThat(reloading.join().restarted()).containsExactly("r");
				other.sendLine("longer than five");
				assertThat(other.readLine()).isEqualTo("longer than five");
				try (TestClient again = gateway.connect("r")) {
					again.sendLine("123456");
					again.expectEof();
				}
			}
		}
	}

	@Test
	void filesAreWatchedAlsoBehindALinkThatIsSwapped() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			// As the kubelet lays a ConfigMap out: application.yml →
			// ..data/application.yml, ..data → ..one
			Path one = Files.createDirectory(this.directory.resolve("..one"));
			Path two = Files.createDirectory(this.directory.resolve("..two"));
			Files.writeString(one.resolve("application.yml"),
					"framegate:\n  routes:\n" + route("r", server.address(), ""));
			Files.writeString(two.resolve("application.yml"), "framegate:\n  routes:\n"
					+ route("r", server.address(), "") + route("added", server.address(), ""));
			Files.createSymbolicLink(this.directory.resolve("..data"), Path.of("..one"));
			Files.createSymbolicLink(this.directory.resolve("application.yml"), Path.of("..data/application.yml"));
			try (Gateway gateway = start()) {
				Files.createSymbolicLink(this.directory.resolve("..data_tmp"), Path.of("..two"));
				Files.move(this.directory.resolve("..data_tmp"), this.directory.resolve("..data"),
						StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
				Gateway.await("the added route",
						() -> gateway.bean(Routes.class)
							.find("added")
							.filter((route) -> route.state() == RunningRoute.State.LISTENING));
				try (TestClient client = gateway.connect("added")) {
					client.sendLine("hello");
					assertThat(client.readLine()).isEqualTo("hello");
				}
			}
		}
	}

	@Test
	void usersOwnFlowsStayOnARouteThatIsStartedAnew() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ""));
			try (Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/",
					List.of(Shouting.class))) {
				assertThat(answer(gateway)).isEqualTo("HELLO");
				write(route("r", server.address(), ", max-frame-size: 5B"));
				assertThat(reload(gateway).restarted()).containsExactly("r");
				assertThat(answer(gateway)).isEqualTo("HELLO");
				write(route("other", server.address(), ""));
				assertThat(reload(gateway).removed()).containsExactly("r");
				write(route("r", server.address(), ""));
				assertThat(reload(gateway).started()).containsExactly("r");
				assertThat(answer(gateway)).isEqualTo("HELLO");
			}
		}
	}

	private static String answer(Gateway gateway) {
		try (TestClient client = gateway.connect("r")) {
			client.sendLine("hello");
			String answer = client.readLine();
			client.halfClose();
			client.expectEof();
			return answer;
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Shouting {

		@Bean
		IntegrationFlow shout() {
			return IntegrationFlow.from("framegate.r.request")
				.transform(byte[].class, (frame) -> new String(frame).toUpperCase(Locale.ROOT))
				.channel("framegate.r.forward")
				.get();
		}

	}

	@Test
	void configurationWithoutRoutesOrBeansItNeedsChangesNothing() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ""));
			try (Gateway gateway = start(); TestClient client = gateway.connect("r")) {
				Files.delete(this.directory.resolve("application.yml"));
				assertThat(reload(gateway).error()).contains("no route");
				write("    r:\n      listen: {port: 0, address: 127.0.0.1, framing: \"bean:none\"}\n"
						+ "      upstream: {targets: \"" + server.address() + "\"}\n");
				assertThat(reload(gateway).error()).contains("none");
				write("    r:\n      mode: request-reply\n      listen: {port: 0, address: 127.0.0.1}\n",
						"    s:\n      mode: request-reply\n      listen: {port: 0, address: 127.0.0.1}\n");
				assertThat(reload(gateway).error()).contains("framegate.s has no upstream.targets");
				client.sendLine("still");
				assertThat(client.readLine()).isEqualTo("still");
			}
		}
	}

	@Test
	void treesOfFilesAreWatchedAlsoWhereThereWasNothing() throws Exception {
		Path tree = Files.createDirectory(this.directory.resolve("tree"));
		Path later = Files.createDirectory(this.directory.resolve("later"));
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ""));
			Files.writeString(tree.resolve("framegate.routes.r.timeouts.idle"), "71s");
			try (Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/",
					"spring.config.import=configtree:" + tree + "/,optional:file:" + later + "/more.yml")) {
				awaitIdle(gateway, 71);
				Files.writeString(tree.resolve("framegate.routes.r.timeouts.idle"), "72s");
				awaitIdle(gateway, 72);
				Files.writeString(later.resolve("more.yml"), "framegate.routes.r.timeouts.write: 73s\n");
				Gateway.await("a timeout", () -> Optional.of(gateway.route("r").timeouts().limit(Timeout.WRITE).value())
					.filter(Duration.ofSeconds(73)::equals));
			}
		}
	}

	private static void awaitIdle(Gateway gateway, int seconds) {
		Gateway.await("a timeout", () -> Optional.of(gateway.route("r").timeouts().limit(Timeout.IDLE).value())
			.filter(Duration.ofSeconds(seconds)::equals));
	}

	@Test
	void namesOfNewTargetsAreKnownWhenTheyAreUsed() throws Exception {
		try (TestUpstream one = TestUpstream.lineEcho(); TestUpstream two = TestUpstream.lineEcho()) {
			write(route("r", "localhost:" + one.port(), ""));
			try (Gateway gateway = start()) {
				for (int turn = 0; turn < 10; turn++) {
					write(route("r", "localhost:" + ((turn % 2 == 0) ? two : one).port(), ""));
					assertThat(reload(gateway).changed()).containsExactly("r");
					assertThat(answer(gateway)).isEqualTo("hello");
				}
				assertThat(two.connections()).hasSize(5);
			}
		}
	}

	@Test
	void manyReloadsLeaveNothingBehind() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("r", server.address(), ""));
			try (Gateway gateway = start()) {
				Supplier<List<String>> things = () -> Stream.of(Stream.of(gateway.context().getBeanDefinitionNames()),
						Stream.of(gateway.context().getBeanFactory().getSingletonNames()),
						gateway.bean(MeterRegistry.class).getMeters().stream().map((meter) -> meter.getId().toString()))
					.flatMap(Function.identity())
					.filter((thing) -> thing.contains("framegate"))
					.sorted()
					.toList();
				List<String> after = List.of();
				for (int turn = 0; turn < 20; turn++) {
					write(route("r", server.address(), ", backlog: " + (turn + 1)), route("s", server.address(), ""));
					assertThat(reload(gateway).error()).isNull();
					assertThat(answer(gateway)).isEqualTo("hello");
					write(route("r", server.address(), ""));
					assertThat(reload(gateway).error()).isNull();
					if (turn == 0) {
						after = things.get();
					}
				}
				assertThat(things.get()).isEqualTo(after);
			}
		}
	}

	@Test
	void nothingIsTakenOverOnceTheGatewayStops() throws Exception {
		try (TestUpstream silent = TestUpstream.silent()) {
			String drain = "      timeouts: {drain: 3s}\n";
			write(route("r", silent.address(), "") + drain);
			Gateway gateway = start();
			try (TestClient client = gateway.connect("r")) {
				client.sendLine("hello");
				silent.awaitConnections(1);
				ConfigurationReloader reload = gateway.bean(ConfigurationReloader.class);
				RunningRoute running = gateway.route("r");
				write(route("r", silent.address(), ", backlog: 7") + drain);
				CompletableFuture<ConfigurationReloader.Outcome> reloading = reloading(gateway);
				Gateway.await("the drain",
						() -> Optional.of(running).filter((route) -> route.state() == RunningRoute.State.DRAINING));
				gateway.close();
				// The changed route had taken over, and the gateway drained both.
				assertThat(reloading.join().restarted()).containsExactly("r");
				assertThat(reload.reload().error()).contains("stopping");
			}
			finally {
				gateway.close();
			}
		}
	}

	@Test
	void longDrainKeepsNothingElseWaiting() throws Exception {
		try (TestUpstream silent = TestUpstream.silent(); TestUpstream server = TestUpstream.lineEcho()) {
			String slow = route("slow", silent.address(), "") + "      timeouts: {drain: 2m}\n";
			write(slow, route("r", server.address(), ""));
			try (Gateway gateway = start(); TestClient held = gateway.connect("slow")) {
				held.sendLine("hello");
				silent.awaitConnections(1);
				gateway.bean(ConfigurationReloader.class).stop();
				write(route("r", server.address(), ""));
				CompletableFuture<ConfigurationReloader.Outcome> first = reloading(gateway);
				Gateway.await("the drain",
						() -> gateway.bean(Routes.class)
							.find("slow")
							.filter((route) -> route.state() == RunningRoute.State.DRAINING));
				assertThatThrownBy(gateway.route("slow")::resume).hasMessageContaining("changed or removed");
				write(slow, route("r", server.address(), ", backlog: 7"), route("fresh", server.address(), ""));
				CompletableFuture<ConfigurationReloader.Outcome> second = reloading(gateway);
				Routes routes = gateway.bean(Routes.class);
				Gateway.await("the others",
						() -> routes.find("fresh")
							.flatMap((fresh) -> routes.find("r"))
							.filter((route) -> route.route().listen().backlog() == 7)
							.filter((route) -> route.state() == RunningRoute.State.LISTENING));
				assertThat(answer(gateway)).isEqualTo("hello");
				silent.close();
				held.close();
				assertThat(first.join().removed()).containsExactly("slow");
				assertThat(second.join()).isEqualTo(new ConfigurationReloader.Outcome(List.of("fresh"), List.of(),
						List.of(), List.of("r", "slow"), null));
				assertThat(gateway.route("slow").state()).isEqualTo(RunningRoute.State.LISTENING);
			}
		}
	}

}
