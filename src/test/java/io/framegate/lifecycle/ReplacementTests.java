package io.framegate.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.configuration.ConfigurationSource;
import io.framegate.configuration.Fingerprint;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.env.ConfigurableEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A changed route takes the place of the one that it was, which drains beside it.
 */
class ReplacementTests {

	@TempDir
	private Path directory;

	private TestUpstream server;

	@BeforeEach
	void listen() {
		this.server = TestUpstream.lineEcho();
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	private String route(String name, int port, String listen, String upstream) {
		return """
				    %s:
				      listen: {port: %d, address: 127.0.0.1, framing: crlf%s}
				      upstream: {targets: "%s"%s}
				""".formatted(name, port, listen, this.server.address(), upstream);
	}

	private void write(String... routes) throws IOException {
		Path next = this.directory.resolve("application.yml.next");
		Files.writeString(next, text(routes));
		Files.move(next, this.directory.resolve("application.yml"), StandardCopyOption.REPLACE_EXISTING);
	}

	private static String text(String... routes) {
		return "framegate:\n  routes:\n" + String.join("", routes);
	}

	private Gateway start(String... properties) {
		return Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/", properties);
	}

	private static CompletableFuture<ConfigurationReloader.Outcome> reloading(Gateway gateway) {
		return CompletableFuture.supplyAsync(gateway.bean(ConfigurationReloader.class)::reload,
				Thread::startVirtualThread);
	}

	private static void assertAnswers(TestClient client, String line) {
		client.sendLine(line);
		assertThat(client.readLine()).isEqualTo(line);
	}

	@Test
	void noConnectIsRefusedWhileTheOldRouteDrains() throws Exception {
		write(route("r", 0, "", ""));
		try (Gateway gateway = start(); TestClient old = gateway.connect("r")) {
			gateway.bean(ConfigurationReloader.class).stop();
			assertAnswers(old, "old");
			int port = gateway.port("r");
			RunningRoute before = gateway.route("r");
			AtomicBoolean done = new AtomicBoolean();
			CompletableFuture<Integer> clients = CompletableFuture.supplyAsync(() -> {
				int served = 0;
				while (!done.get()) {
					try (TestClient client = TestClient.connect(port)) {
						client.sendLine("new");
						// One that came before the change is drained.
						client.halfClose();
						client.readAll();
						served++;
					}
				}
				return served;
			}, Thread::startVirtualThread);
			write(route("r", 0, "", ", balance: failover"));
			CompletableFuture<ConfigurationReloader.Outcome> reloading = reloading(gateway);
			Gateway.await("the new route", () -> Optional.of(gateway.route("r")).filter((route) -> route != before));
			old.expectEof();
			assertThat(reloading).isNotDone();
			assertThat(before.state()).isEqualTo(RunningRoute.State.DRAINING);
			assertThat(gateway.route("r").state()).isEqualTo(RunningRoute.State.LISTENING);
			assertThat(gateway.port("r")).isEqualTo(port);
			try (TestClient fresh = gateway.connect("r")) {
				assertAnswers(fresh, "fresh");
				assertThat(gateway.get("/actuator/connections?route=r&side=inbound").at("/connections").size())
					.isGreaterThanOrEqualTo(2);
				old.close();
				assertThat(reloading.join().restarted()).containsExactly("r");
				// The drain was the old route's alone.
				assertAnswers(fresh, "still");
			}
			done.set(true);
			assertThat(clients.join()).isPositive();
			gateway.awaitNoConnections("r");
			assertThat(gateway.closures("r").stream().filter((closure) -> closure.side() == Side.INBOUND))
				.anyMatch((closure) -> closure.reason() == CloseReason.ROUTE_DRAIN);
			long opened = gateway.route("r").metrics().opened(Side.INBOUND);
			assertThat(opened).isEqualTo(2 + clients.join());
			assertThat(gateway.metric("framegate_connections_opened_total{route=\"r\",side=\"inbound\"}"))
				.isEqualTo(opened);
		}
	}

	@Test
	void routeWhosePortIsInUseKeepsRunningAsItWasAndMovesWhenThePortIsFree() throws Exception {
		write(route("r", 0, "", ""));
		try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Gateway gateway = start();
				TestClient old = gateway.connect("r")) {
			assertAnswers(old, "old");
			int port = gateway.port("r");
			write(route("r", busy.getLocalPort(), "", ""));
			assertThat(gateway.bean(ConfigurationReloader.class).reload().error())
				.contains("'r' cannot listen on 127.0.0.1 port " + busy.getLocalPort());
			assertAnswers(old, "still");
			try (TestClient client = TestClient.connect(port)) {
				assertAnswers(client, "new");
			}
			assertThat(gateway.get("/actuator/routes").at("/configurationError").asString()).contains("cannot listen");
			int wanted = busy.getLocalPort();
			busy.close();
			Gateway.await("the move", () -> Optional.of(gateway.route("r")).filter((route) -> route.port() == wanted));
			old.expectEof();
			old.close();
			try (TestClient client = gateway.connect("r")) {
				assertAnswers(client, "moved");
			}
			Gateway.await("no error", () -> Optional.of(gateway.get("/actuator/routes"))
				.filter((routes) -> routes.at("/configurationError").isMissingNode()));
		}
	}

	@Test
	void newRouteWhosePortIsInUseStartsWhenThePortIsFree() throws Exception {
		write(route("r", 0, "", ""));
		try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); Gateway gateway = start()) {
			write(route("r", 0, "", ""), route("s", busy.getLocalPort(), "", ""));
			assertThat(gateway.bean(ConfigurationReloader.class).reload().error()).contains("'s' cannot listen");
			assertThat(gateway.route("s").state()).isEqualTo(RunningRoute.State.FAILED);
			busy.close();
			Gateway.await("the route", () -> Optional.of(gateway.route("s"))
				.filter((route) -> route.state() == RunningRoute.State.LISTENING));
			try (TestClient client = gateway.connect("s")) {
				assertAnswers(client, "here");
			}
			Gateway.await("no error", () -> Optional.of(gateway.bean(ConfigurationReloader.class))
				.filter((reload) -> reload.error() == null));
		}
	}

	@Test
	void routesMaySwapTheirPorts() throws Exception {
		int one = TestPorts.free(2);
		write(route("a", one, "", ""), route("b", one + 1, "", ""));
		try (Gateway gateway = start()) {
			write(route("a", one + 1, "", ""), route("b", one, "", ""));
			ConfigurationReloader.Outcome outcome = gateway.bean(ConfigurationReloader.class).reload();
			assertThat(outcome.error()).isNull();
			assertThat(outcome.restarted()).containsExactly("a", "b");
			assertThat(List.of(gateway.port("a"), gateway.port("b"))).containsExactly(one + 1, one);
			try (TestClient client = TestClient.connect(one)) {
				assertAnswers(client, "hello");
				assertThat(gateway.connections("b")).isNotEmpty();
			}
		}
	}

	@Test
	void routeThatComesBackWhileAnEarlierOneDrainsGoesOnWhenThatHasEnded() throws Exception {
		int port = TestPorts.free(1);
		String kept = route("kept", 0, "", "");
		write(kept, route("r", port, "", ""));
		try (Gateway gateway = start("framegate.defaults.timeouts.drain=1m"); TestClient old = gateway.connect("r")) {
			gateway.bean(ConfigurationReloader.class).stop();
			assertAnswers(old, "old");
			RunningRoute before = gateway.route("r");
			write(kept, route("r", port, "", ", balance: failover"));
			CompletableFuture<ConfigurationReloader.Outcome> replaced = reloading(gateway);
			old.expectEof();
			Gateway.await("the new route", () -> Optional.of(gateway.route("r")).filter((route) -> route != before));
			write(kept);
			reloading(gateway);
			Gateway.await("its end",
					() -> gateway.bean(Routes.class).find("r").isEmpty() ? Optional.of(true) : Optional.empty());
			write(kept, route("r", port, "", ""));
			reloading(gateway);
			Gateway.await("it is back", () -> gateway.bean(Routes.class).find("r"));
			try (TestClient client = TestClient.connect(port)) {
				assertAnswers(client, "back");
				assertThat(replaced).isNotDone();
				old.close();
				replaced.join();
				assertAnswers(client, "still");
				// All that had the name are counted as one.
				assertThat(gateway.metric("framegate_connections_opened_total{route=\"r\",side=\"inbound\"}"))
					.isEqualTo(2);
				assertThat(gateway.metric("framegate_connections_active{route=\"r\",side=\"inbound\"}")).isEqualTo(1);
			}
		}
	}

	@Test
	void clientsThatTheKernelHasLetInAreServedWhenTheAddressChanges() throws Exception {
		int port = TestPorts.free(1);
		write(route("r", port, "", ""));
		try (Gateway gateway = start()) {
			gateway.bean(ConfigurationReloader.class).stop();
			AtomicBoolean done = new AtomicBoolean();
			AtomicInteger served = new AtomicInteger();
			List<CompletableFuture<Void>> clients = IntStream.range(0, 16)
				.mapToObj((number) -> CompletableFuture.runAsync(() -> {
					while (!done.get()) {
						try (Socket client = connected(port)) {
							if (client != null) {
								client.shutdownOutput();
								assertThat(client.getInputStream().read()).isEqualTo(-1);
								served.incrementAndGet();
							}
						}
						catch (IOException ex) {
							throw new UncheckedIOException(ex);
						}
					}
				}, Thread::startVirtualThread))
				.toList();
			for (String address : List.of("0.0.0.0", "127.0.0.1", "0.0.0.0", "127.0.0.1", "0.0.0.0", "127.0.0.1")) {
				int before = served.get();
				Gateway.await("clients", () -> Optional.of(served).filter((count) -> count.get() > before + 50));
				write(route("r", port, "", "").replace("127.0.0.1, framing", address + ", framing"));
				assertThat(gateway.bean(ConfigurationReloader.class).reload().error()).isNull();
			}
			done.set(true);
			clients.forEach(CompletableFuture::join);
		}
	}

	private static @Nullable Socket connected(int port) {
		try {
			return new Socket(InetAddress.getLoopbackAddress(), port);
		}
		catch (IOException ex) {
			// Between one address and the other, nobody listens.
			return null;
		}
	}

	@Test
	void pausedRouteStaysPausedAndCanBeResumedAsChanged() throws Exception {
		int port = TestPorts.free(1);
		write(route("r", port, "", ""));
		try (Gateway gateway = start()) {
			gateway.route("r").pause();
			write(route("r", port, ", max-frame-size: 5B", ""));
			assertThat(gateway.bean(ConfigurationReloader.class).reload().restarted()).containsExactly("r");
			assertThat(gateway.route("r").state()).isEqualTo(RunningRoute.State.PAUSED);
			assertThatThrownBy(() -> TestClient.connect(port)).hasMessageContaining("refused");
			gateway.route("r").resume();
			try (TestClient client = TestClient.connect(port)) {
				assertAnswers(client, "12345");
			}
		}
	}

	@Test
	void fileThatIsGoneOrEmptyIsAnErrorUntilItIsBack() throws Exception {
		write(route("r", 0, "", ""));
		Path more = this.directory.resolve("more.yml");
		Files.writeString(more, text(route("s", 0, "", "")));
		try (Gateway gateway = start("spring.config.import=optional:file:" + more);
				TestClient client = gateway.connect("s")) {
			ConfigurationReloader reload = gateway.bean(ConfigurationReloader.class);
			reload.stop();
			Path away = Files.move(more, this.directory.resolve("away"));
			assertThat(reload.reload().error()).contains("more.yml", "missing or empty");
			Files.writeString(more, "");
			assertThat(reload.reload().error()).contains("more.yml", "missing or empty");
			assertAnswers(client, "still");
			Files.move(away, more, StandardCopyOption.REPLACE_EXISTING);
			ConfigurationReloader.Outcome back = reload.reload();
			assertThat(back)
				.isEqualTo(new ConfigurationReloader.Outcome(List.of(), List.of(), List.of(), List.of(), null));
			assertThat(reload.error()).isNull();
			assertAnswers(client, "and on");
		}
	}

	@Test
	void fileOutOfAllProportionOrWithoutAnEndIsAnError() throws Exception {
		write(route("r", 0, "", ""));
		try (Gateway gateway = start()) {
			ConfigurationReloader reload = gateway.bean(ConfigurationReloader.class);
			reload.stop();
			Path file = this.directory.resolve("application.yml");
			Files.writeString(file, "#".repeat((int) (Runtime.getRuntime().maxMemory() / 128)),
					StandardOpenOption.APPEND);
			assertThat(reload.reload().error()).contains(file.toString(), "heap");
			Files.delete(file);
			assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
			assertThat(reload.reload().error()).contains(file.toString(), "no regular file");
			write(route("r", 0, "", ""));
			assertThat(reload.reload().error()).isNull();
		}
	}

	@Test
	void routesMissingFromAFileWrittenInPlaceAreNotDrainedBeforeItHasHeldStill() throws Exception {
		write(route("r", 0, "", ""), route("s", 0, "", ""));
		try (Gateway gateway = start(); TestClient client = gateway.connect("s")) {
			ConfigurationReloader reload = gateway.bean(ConfigurationReloader.class);
			reload.stop();
			Files.writeString(this.directory.resolve("application.yml"), text(route("r", 0, "", "")));
			reload.look(fingerprint(gateway), 3);
			assertThat(gateway.route("s").state()).isEqualTo(RunningRoute.State.LISTENING);
			assertAnswers(client, "still");
			reload.look(fingerprint(gateway), 10);
			client.expectEof();
		}
	}

	@Test
	void watchCanBeTurnedOff() throws Exception {
		write(route("r", 0, "", ""));
		try (Gateway gateway = start("framegate.reload.watch=false")) {
			ConfigurationReloader reload = gateway.bean(ConfigurationReloader.class);
			write(route("r", 0, "", ""), route("s", 0, "", ""));
			reload.look(fingerprint(gateway), 10);
			assertThat(gateway.bean(Routes.class).find("s")).isEmpty();
			assertThat(reload.reload().started()).containsExactly("s");
		}
	}

	private static Fingerprint fingerprint(Gateway gateway) {
		return new ConfigurationSource(gateway.bean(ConfigurableEnvironment.class), gateway.context()).fingerprint();
	}

	@Test
	void reloadCanBeTriedDryAndARouteShowsWhatItRunsWith() throws Exception {
		write(route("r", 0, "", ""), route("gone", 0, "", ""));
		try (Gateway gateway = start("management.endpoint.routes.access=unrestricted")) {
			gateway.bean(ConfigurationReloader.class).stop();
			RunningRoute before = gateway.route("r");
			write(route("r", 0, ", max-connections: 7, backlog: 9", ", balance: failover"), route("fresh", 0, "", ""));
			JsonNode preview = post(gateway, "{\"action\":\"reload\",\"dryRun\":true}", 200);
			assertThat(preview.at("/started")).hasToString("[\"fresh\"]");
			assertThat(preview.at("/removed")).hasToString("[\"gone\"]");
			assertThat(preview.at("/changed")).hasToString("[]");
			assertThat(preview.at("/restarted")).hasToString("[\"r\"]");
			assertThat(preview.at("/properties"))
				.hasToString("{\"r\":[\"listen.backlog\",\"listen.max-connections\",\"upstream.balance\"]}");
			assertThat(gateway.route("r")).isSameAs(before);
			assertThat(gateway.bean(Routes.class).find("fresh")).isEmpty();
			JsonNode running = gateway.get("/actuator/routes/r");
			assertThat(running.at("/name").asString()).isEqualTo("r");
			assertThat(running.at("/configuration/upstream/balance").asString()).isEqualTo("round-robin");
			assertThat(running.at("/configuration/upstream/targets/0").asString()).isEqualTo(this.server.address());
			assertThat(running.at("/configuration/listen/max-frame-size").asInt()).isEqualTo(65536);
			assertThat(running.at("/configuration/timeouts/idle").asString()).isEqualTo("5m");
			write(route("r", 0, ", prot: 1", ""));
			assertThat(post(gateway, "{\"action\":\"reload\",\"dryRun\":true}", 409).at("/error").asString())
				.contains("prot");
			assertThat(gateway.bean(ConfigurationReloader.class).error()).isNull();
		}
	}

	private static JsonNode post(Gateway gateway, String body, int status) {
		var response = gateway.operate("POST", "/actuator/routes", body);
		assertThat(response.statusCode()).isEqualTo(status);
		return new JsonMapper().readTree(response.body());
	}

}
