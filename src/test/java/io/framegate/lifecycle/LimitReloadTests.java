package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits on clients that change while the route runs.
 */
class LimitReloadTests {

	private static final long MILLI = 1_000_000;

	@TempDir
	private Path directory;

	private final TestUpstream server = TestUpstream.lineEcho();

	@AfterEach
	void close() {
		this.server.close();
	}

	private Gateway start(String listen) throws IOException {
		write(listen);
		Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/");
		gateway.bean(ConfigurationReloader.class).stop();
		return gateway;
	}

	private void write(String listen) throws IOException {
		Path next = this.directory.resolve("next");
		Files.writeString(next, """
				framegate.routes.s:
				  listen: {port: 0, address: 127.0.0.1, %s}
				  upstream: {targets: "%s"}
				""".formatted(listen, this.server.address()));
		Files.move(next, this.directory.resolve("application.yml"), StandardCopyOption.REPLACE_EXISTING);
	}

	private void change(Gateway gateway, String listen) throws IOException {
		write(listen);
		assertThat(gateway.bean(ConfigurationReloader.class).reload().changed()).containsExactly("s");
	}

	private static TestClient served(Gateway gateway, String address) {
		TestClient client = TestClient.connectFrom(address, gateway.port("s"));
		client.sendLine("hello");
		assertThat(client.readLine()).isEqualTo("hello");
		return client;
	}

	private static void assertRefused(Gateway gateway, String address) {
		try (TestClient client = TestClient.connectFrom(address, gateway.port("s"))) {
			client.expectEof();
		}
	}

	private static long nanosForTen(TestClient client) {
		long begun = System.nanoTime();
		client.send("100\r\n".repeat(10));
		for (int i = 0; i < 10; i++) {
			assertThat(client.readLine()).isEqualTo("100");
		}
		return System.nanoTime() - begun;
	}

	@Test
	void paceOfOpenConnectionsChanges() throws IOException {
		try (Gateway gateway = start("backlog: 9"); TestClient client = served(gateway, "127.0.0.1")) {
			change(gateway, "backlog: 9, max-frames-per-second: 5");
			// A loop that is busy learns of it a moment later.
			Gateway.await("ten frames to take a second",
					() -> Optional.of(nanosForTen(client)).filter((nanos) -> nanos > 900 * MILLI));
			change(gateway, "backlog: 9, max-frames-per-second: 1");
			client.send("100\r\n".repeat(1000));
			assertThat(client.readLine()).isEqualTo("100");
			change(gateway, "backlog: 9");
			for (int i = 1; i < 1000; i++) {
				assertThat(client.readLine()).isEqualTo("100");
			}
		}
	}

	@Test
	void rulesForAddressesChangeForNewClients() throws IOException {
		try (Gateway gateway = start("backlog: 9"); TestClient before = served(gateway, "127.0.0.2")) {
			change(gateway, "backlog: 9, deny: 127.0.0.2");
			assertRefused(gateway, "127.0.0.2");
			served(gateway, "127.0.0.3").close();
			before.sendLine("still");
			assertThat(before.readLine()).isEqualTo("still");
			change(gateway, "backlog: 9, allow: 127.0.0.2");
			served(gateway, "127.0.0.2").close();
			assertRefused(gateway, "127.0.0.3");
		}
	}

	@Test
	void connectionsThatAreThereCountForALimitThatIsNew() throws IOException {
		try (Gateway gateway = start("backlog: 9");
				TestClient one = served(gateway, "127.0.0.2");
				TestClient two = served(gateway, "127.0.0.2")) {
			change(gateway, "backlog: 9, max-connections-per-ip: 2");
			assertRefused(gateway, "127.0.0.2");
			served(gateway, "127.0.0.3").close();
			change(gateway, "backlog: 9");
			served(gateway, "127.0.0.2").close();
			change(gateway, "backlog: 9, max-connections-per-ip: 2");
			assertRefused(gateway, "127.0.0.2");
			two.close();
			awaitServed(gateway);
			one.sendLine("still");
			assertThat(one.readLine()).isEqualTo("still");
		}
	}

	/** A client that is slow to say who it is must not get round them. */
	@Test
	void limitsAlsoHoldForAClientWhoseHeaderIsStillIncomplete() throws IOException {
		String proxy = "proxy-protocol: required, proxy-trusted: 127.0.0.1";
		try (Gateway gateway = start(proxy); TestClient client = TestClient.connect("127.0.0.1", gateway.port("s"))) {
			client.send("PROXY TCP4 203.0.113.9 ");
			Gateway.await("the connection", () -> gateway.connections("s").stream().findFirst());
			change(gateway, proxy + ", max-frames-per-second: 5, max-connections-per-ip: 1");
			client.send("192.0.2.1 40001 7001\r\n");
			// A loop that is busy learns of it a moment later.
			Gateway.await("ten frames to take a second",
					() -> Optional.of(nanosForTen(client)).filter((nanos) -> nanos > 900 * MILLI));
			try (TestClient second = TestClient.connect("127.0.0.1", gateway.port("s"))) {
				second.send("PROXY TCP4 203.0.113.9 192.0.2.1 40002 7001\r\n");
				second.expectEof();
			}
			change(gateway, proxy + ", max-connections-per-ip: 2");
			try (TestClient second = TestClient.connect("127.0.0.1", gateway.port("s"))) {
				second.send("PROXY TCP4 203.0.113.9 192.0.2.1 40003 7001\r\nhello\r\n");
				assertThat(second.readLine()).isEqualTo("hello");
			}
		}
	}

	private static void awaitServed(Gateway gateway) {
		Gateway.await("a place", () -> {
			try (TestClient client = TestClient.connectFrom("127.0.0.2", gateway.port("s"))) {
				client.sendLine("hello");
				return Optional.ofNullable(client.readLineOrEof());
			}
		});
	}

	@Test
	void connectionsOfAReplacedRouteCountUntilTheyAreClosed() throws IOException {
		try (Gateway gateway = start("backlog: 9, max-connections-per-ip: 1");
				TestClient before = served(gateway, "127.0.0.2")) {
			write("backlog: 8, max-connections-per-ip: 1");
			CompletableFuture<ConfigurationReloader.Outcome> reload = CompletableFuture
				.supplyAsync(gateway.bean(ConfigurationReloader.class)::reload, Thread::startVirtualThread);
			before.expectEof();
			assertRefused(gateway, "127.0.0.2");
			before.close();
			assertThat(reload.join().restarted()).containsExactly("s");
			awaitServed(gateway);
		}
	}

}
