package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.connection.CloseReason;
import io.framegate.connection.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A changed configuration, taken over while connections are there.
 */
class ReloadTests {

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

	private static Reload.Outcome reload(Gateway gateway) {
		// Or the watch might be first.
		gateway.bean(Reload.class).stop();
		return gateway.bean(Reload.class).reload();
	}

	@Test
	void routesComeAndGoAndOthersNeverNotice() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			write(route("kept", server.address(), ""), route("gone", server.address(), ""));
			try (Gateway gateway = start();
					TestClient kept = gateway.connect("kept");
					TestClient gone = gateway.connect("gone")) {
				gone.sendLine("here");
				assertThat(gone.readLine()).isEqualTo("here");
				AtomicBoolean go = new AtomicBoolean(true);
				AtomicInteger exchanged = new AtomicInteger();
				Thread load = Thread.ofVirtual().start(() -> {
					while (go.get()) {
						kept.sendLine("line " + exchanged.get());
						assertThat(kept.readLine()).isEqualTo("line " + exchanged.getAndIncrement());
					}
				});
				int port = gateway.port("kept");
				gateway.bean(Reload.class).stop();
				write(route("kept", server.address(), ""), route("fresh", server.address(), ""));
				CompletableFuture<Reload.Outcome> reloading = CompletableFuture.supplyAsync(() -> reload(gateway));
				gone.expectEof();
				gone.close();
				Reload.Outcome outcome = reloading.join();
				assertThat(outcome)
					.isEqualTo(new Reload.Outcome(List.of("fresh"), List.of("gone"), List.of(), List.of(), null));
				assertThat(gateway.awaitClosure("gone", Side.INBOUND).reason()).isEqualTo(CloseReason.ROUTE_DRAIN);
				try (TestClient fresh = gateway.connect("fresh")) {
					fresh.sendLine("new");
					assertThat(fresh.readLine()).isEqualTo("new");
				}
				int before = exchanged.get();
				Gateway.await("more exchanges",
						() -> Optional.of(exchanged.get()).filter((count) -> count > before + 10));
				go.set(false);
				load.join();
				assertThat(gateway.port("kept")).isEqualTo(port);
				assertThat(gateway.closures("kept")).isEmpty();
				assertThat(gateway.bean(Routes.class).find("gone")).isEmpty();
			}
		}
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
				assertThat(gateway.route("r").timeouts().limit(Timer.IDLE).value()).isEqualTo(Duration.ofSeconds(77));
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
				CompletableFuture<Reload.Outcome> reloading = CompletableFuture.supplyAsync(() -> reload(gateway));
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

}
