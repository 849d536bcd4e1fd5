package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A route whose port is closed while no target is up.
 */
class WhenDownTests {

	private static final String WHY = "no target is up, and listen.when-down is refuse";

	/** Each try of a target that is down takes a moment only. */
	private static final String CHECKED = "upstream.health-check.interval=100ms";

	@TempDir
	private Path directory;

	private static Gateway start(int target, String... settings) {
		return GatewayBuilder
			.routes(RouteSpec.route("s").to("127.0.0.1:" + target).with("listen.when-down=refuse").with(settings))
			.start();
	}

	private static TestUpstream serve(int port) {
		return TestUpstream.handling(port, (peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
	}

	private static void awaitRefused(Gateway gateway) {
		int port = gateway.port("s");
		Gateway.await("a closed port", () -> {
			try (TestClient client = TestClient.connect(port)) {
				return Optional.empty();
			}
			catch (RuntimeException ex) {
				return Optional.of(ex);
			}
		});
		assertThat(gateway.route("s").state()).isEqualTo(RunningRoute.State.PAUSED);
		assertThat(gateway.route("s").lastError()).isEqualTo(WHY);
	}

	private static void awaitServed(Gateway gateway) {
		int port = gateway.port("s");
		Gateway.await("an open port", () -> {
			try (TestClient client = TestClient.connect(port)) {
				client.sendLine("hello");
				return Optional.ofNullable(client.readLineOrEof());
			}
			catch (RuntimeException ex) {
				return Optional.empty();
			}
		});
		assertThat(gateway.route("s").state()).isEqualTo(RunningRoute.State.LISTENING);
		assertThat(gateway.route("s").lastError()).isNull();
	}

	@Test
	void portIsClosedUntilATargetIsBackAndSaysSo() {
		int target = TestPorts.refused();
		try (Gateway gateway = start(target, CHECKED)) {
			int port = gateway.port("s");
			awaitRefused(gateway);
			assertThat(gateway.get("/actuator/routes/s").get("state").asString()).isEqualTo("PAUSED");
			assertThat(gateway.get("/actuator/routes/s").get("lastError").asString()).isEqualTo(WHY);
			assertThat(gateway.metric("framegate_route_state{route=\"s\",state=\"paused\"}")).isEqualTo(1);
			assertThat(gateway.exchange("GET", "/actuator/health/readiness", null).statusCode()).isEqualTo(503);
			try (TestUpstream server = serve(target)) {
				awaitServed(gateway);
				assertThat(gateway.port("s")).isEqualTo(port);
				assertThat(gateway.exchange("GET", "/actuator/health/readiness", null).statusCode()).isEqualTo(200);
			}
			awaitRefused(gateway);
		}
	}

	@Test
	void connectionsThatAreThereGoOnWhileThePortIsClosed() {
		int target = TestPorts.refused();
		try (TestUpstream server = serve(target);
				Gateway gateway = start(target, CHECKED);
				TestClient client = gateway.connect("s")) {
			client.sendLine("a");
			assertThat(client.readLine()).isEqualTo("a");
			server.stopListening();
			awaitRefused(gateway);
			client.sendLine("b");
			assertThat(client.readLine()).isEqualTo("b");
		}
	}

	/** Without a health check, clients find out, and then the gateway itself tries. */
	@ParameterizedTest
	@CsvSource({ "session", "request-reply" })
	void gatewayItselfFindsOutThatATargetIsBack(String mode) {
		int target = TestPorts.refused();
		try (Gateway gateway = start(target, "mode=" + mode)) {
			for (int i = 0; i < 3; i++) {
				try (TestClient client = gateway.connect("s")) {
					client.sendLine("hello");
					client.expectEof();
				}
				catch (java.io.UncheckedIOException ex) {
					// The port is closed already.
				}
			}
			awaitRefused(gateway);
			try (TestUpstream server = serve(target)) {
				awaitServed(gateway);
				assertThat(gateway.closures("s")).filteredOn((closure) -> closure.side() == Side.INBOUND)
					.extracting((closure) -> closure.reason())
					.contains(CloseReason.UPSTREAM_REFUSED);
			}
		}
	}

	@Test
	void operatorDecidesWhetherItListensWhenATargetIsBack() {
		int target = TestPorts.refused();
		try (Gateway gateway = start(target, CHECKED)) {
			awaitRefused(gateway);
			RunningRoute route = gateway.route("s");
			route.pause();
			assertThat(route.lastError()).isNull();
			try (TestUpstream server = serve(target)) {
				Gateway.await("the target", () -> Optional.of(route.targets().getFirst().state()).filter("UP"::equals));
				assertThat(route.state()).isEqualTo(RunningRoute.State.PAUSED);
				route.resume();
				awaitServed(gateway);
				route.pause();
			}
			Gateway.await("the target", () -> Optional.of(route.targets().getFirst().state()).filter("DOWN"::equals));
			assertThat(route.lastError()).isNull();
			route.resume();
			awaitRefused(gateway);
			route.drain(Cause.byGateway(CloseReason.ROUTE_DRAIN, "")).join();
			assertThat(route.state()).isEqualTo(RunningRoute.State.PAUSED);
			assertThat(route.lastError()).isNull();
			route.resume();
			awaitRefused(gateway);
			try (TestUpstream server = serve(target)) {
				awaitServed(gateway);
			}
		}
	}

	@Test
	void changedConfigurationIsTakenWhileThePortIsClosed() throws IOException {
		int target = TestPorts.refused();
		write(target, "when-down: refuse");
		try (Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/")) {
			gateway.bean(ConfigurationReloader.class).stop();
			int port = gateway.port("s");
			awaitRefused(gateway);
			write(target, "when-down: refuse, backlog: 99");
			assertThat(gateway.bean(ConfigurationReloader.class).reload().restarted()).containsExactly("s");
			awaitRefused(gateway);
			assertThat(gateway.port("s")).isEqualTo(port);
			write(target, "when-down: accept, backlog: 99");
			assertThat(gateway.bean(ConfigurationReloader.class).reload().changed()).containsExactly("s");
			Gateway.await("an open port", () -> Optional.of(gateway.route("s").state())
				.filter((state) -> state == RunningRoute.State.LISTENING));
			try (TestClient client = gateway.connect("s")) {
				client.expectEof();
			}
			write(target, "when-down: refuse, backlog: 99");
			assertThat(gateway.bean(ConfigurationReloader.class).reload().changed()).containsExactly("s");
			awaitRefused(gateway);
			try (TestUpstream server = serve(target)) {
				awaitServed(gateway);
			}
			awaitRefused(gateway);
		}
	}

	private void write(int target, String listen) throws IOException {
		Path next = this.directory.resolve("next");
		Files.writeString(next, """
				framegate.routes.s:
				  listen: {port: 0, address: 127.0.0.1, %s}
				  upstream: {targets: "127.0.0.1:%d", health-check: {interval: 100ms}}
				""".formatted(listen, target));
		Files.move(next, this.directory.resolve("application.yml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
	}

}
