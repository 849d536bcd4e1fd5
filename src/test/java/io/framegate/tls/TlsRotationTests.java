package io.framegate.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Certificates that are replaced while the gateway runs, as Kubernetes replaces a mounted
 * Secret: a new directory, and a link to it that is renamed over the old one.
 */
class TlsRotationTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final SSLContext CLIENT = CA.trusting();

	private static final int CLIENTS = 8;

	@TempDir
	private Path directory;

	private int version;

	/** Writes a version of the Secret and makes it the current one. */
	private void mount(TestCertificates.Identity identity) throws IOException {
		Path data = identity.write(this.directory.resolve("..version-" + ++this.version));
		swap(data);
	}

	private void swap(Path data) throws IOException {
		Path next = Files.createSymbolicLink(this.directory.resolve("..data_tmp"), data.getFileName());
		Files.move(next, this.directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE,
				StandardCopyOption.REPLACE_EXISTING);
		for (String file : List.of("tls.crt", "tls.key", "ca.crt")) {
			if (!Files.exists(this.directory.resolve(file))) {
				Files.createSymbolicLink(this.directory.resolve(file), Path.of("..data", file));
			}
		}
	}

	private Gateway gateway(TestUpstream server) {
		return Gateway.start(Gateway.all(new String[] { "spring.ssl.bundle.watch.file.quiet-period=100ms" },
				TestCertificates.Identity.properties("edge", this.directory, "reload-on-update=true"), Gateway.route(
						"s", "crlf", "crlf", server.address(), "listen.tls.bundle=edge", "upstream.tls.bundle=edge")));
	}

	private static TestUpstream echo() {
		return TestUpstream.handling(CA.issue("CN=server", "ip:127.0.0.1").context(), (tls) -> {
		}, (peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
	}

	private static TestClient connect(Gateway gateway) {
		return TestClient.connect(gateway.port("s"), CLIENT, (tls) -> {
		});
	}

	private static void expectAnswer(TestClient client) {
		client.sendLine("hello");
		assertThat(client.readLine()).isEqualTo("hello");
	}

	private static void awaitPeer(Gateway gateway, String name) {
		Gateway.await("a certificate of " + name, () -> {
			try (TestClient client = connect(gateway)) {
				return client.peer().equals(name) ? Optional.of(true) : Optional.empty();
			}
		});
	}

	@Test
	void rotationUnderLoadLosesNothing() throws Exception {
		mount(CA.issue("CN=first", "dns:localhost"));
		try (TestUpstream server = echo(); Gateway gateway = gateway(server); TestClient old = connect(gateway)) {
			expectAnswer(old);
			AtomicBoolean over = new AtomicBoolean();
			AtomicLong answered = new AtomicLong();
			try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Future<Void>> all = new ArrayList<>();
				for (int i = 0; i < CLIENTS; i++) {
					Callable<Void> load = () -> {
						while (!over.get()) {
							try (TestClient client = connect(gateway)) {
								for (int j = 0; j < 20; j++) {
									expectAnswer(client);
									answered.incrementAndGet();
								}
								client.halfClose();
								client.expectEof();
							}
						}
						return null;
					};
					all.add(clients.submit(load));
				}
				try {
					mount(CA.issue("CN=second", "dns:localhost"));
					awaitPeer(gateway, "CN=second");
					mount(CA.issue("CN=third", "dns:localhost"));
					awaitPeer(gateway, "CN=third");
				}
				finally {
					over.set(true);
				}
				for (Future<Void> one : all) {
					one.get();
				}
			}
			assertThat(answered.get()).isPositive();
			// A live connection stays.
			expectAnswer(old);
			assertThat(old.peer()).isEqualTo("CN=first");
			assertThat(gateway.closures("s")).allSatisfy((closure) -> {
				assertThat(closure.reason().isNormalEnd()).as(closure.toString()).isTrue();
				assertThat(closure.undelivered().frames()).isZero();
			});
		}
	}

	@Test
	void unreadableBundlePreventsTheStart() throws Exception {
		mount(CA.issue("CN=first", "dns:localhost"));
		Files.writeString(this.directory.resolve("..data/tls.key"), "no key");
		try (TestUpstream server = echo()) {
			assertThatThrownBy(() -> gateway(server).close())
				.hasRootCauseMessage("Missing private key or unrecognized format")
				.hasStackTraceContaining("SSL bundle 'edge' cannot be read: ");
			assertThat(new UnusableBundleFailureAnalyzer()
				.analyze(new UnusableBundleException("edge", "no key", new IllegalStateException()))
				.getDescription()).isEqualTo("SSL bundle 'edge' cannot be read: no key.");
		}
	}

	@Test
	void unreadableBundleChangesNothing() throws Exception {
		mount(CA.issue("CN=first", "dns:localhost"));
		try (TestUpstream server = echo(); Gateway gateway = gateway(server)) {
			Path broken = CA.issue("CN=broken", "dns:localhost").write(this.directory.resolve("..version-b"));
			CA.issue("CN=other").write(this.directory.resolve("other"));
			Files.copy(this.directory.resolve("other/tls.key"), broken.resolve("tls.key"),
					StandardCopyOption.REPLACE_EXISTING);
			swap(broken);
			Gateway.await("the fault", () -> gateway.get("/actuator/routes/s")
				.at("/advice")
				.toString()
				.contains("SSL bundle 'edge' cannot be reloaded, and stays as it was: the private key does not belong")
						? Optional.of(true) : Optional.empty());
			try (TestClient client = connect(gateway)) {
				expectAnswer(client);
				assertThat(client.peer()).isEqualTo("CN=first");
			}
			mount(CA.issue("CN=second", "dns:localhost"));
			awaitPeer(gateway, "CN=second");
			assertThat(gateway.get("/actuator/routes/s").at("/advice").toString()).doesNotContain("reloaded");
		}
	}

}
