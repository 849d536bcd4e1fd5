package io.framegate.tls;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What strangers may send to a port with TLS: nothing of it is more than a failed
 * handshake, and honest clients are served all the while.
 */
class TlsStrangersTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final SSLContext CLIENT = CA.trusting();

	private static final int DAMAGED = 150;

	@TempDir
	private Path directory;

	private static byte[] clientHello() throws Exception {
		SSLEngine engine = CLIENT.createSSLEngine("gateway.example", 1);
		engine.setUseClientMode(true);
		ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
		engine.wrap(ByteBuffer.allocate(0), record);
		return Arrays.copyOf(record.array(), record.position());
	}

	private static List<byte[]> hostile() throws Exception {
		Random random = new Random(11);
		byte[] hello = clientHello();
		List<byte[]> all = new ArrayList<>();
		for (int i = 0; i < DAMAGED; i++) {
			byte[] damaged = Arrays.copyOf(hello,
					random.nextInt(4) == 0 ? 1 + random.nextInt(hello.length) : hello.length);
			for (int j = random.nextInt(8); j >= 0; j--) {
				damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
			}
			all.add(damaged);
		}
		for (int i = 0; i < 30; i++) {
			byte[] noise = new byte[1 + random.nextInt(70_000)];
			random.nextBytes(noise);
			noise[0] = (i % 3 == 0) ? 0x16 : noise[0];
			all.add(noise);
		}
		all.add("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		// An alert, a record without content, and application data before any handshake.
		all.add(new byte[] { 0x15, 3, 3, 0, 2, 2, 40 });
		all.add(new byte[] { 0x16, 3, 3, 0, 0, 0x16, 3, 3, 0, 0 });
		all.add(new byte[] { 0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5 });
		return all;
	}

	@Test
	void nothingIsMoreThanAFailedHandshake() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.all(CA.issue("CN=edge").bundle("edge", this.directory),
						CA.issue("CN=modern").bundle("modern", this.directory.resolve("modern")),
						Gateway.route("s", "crlf", "crlf", server.address(), "listen.tls.bundle=edge",
								"listen.tls.sni[*.example]=modern", "listen.tls.client-auth=want")));
				TestClient honest = TestClient.connect(gateway.port("s"), CLIENT, (tls) -> {
				})) {
			for (byte[] bytes : hostile()) {
				try (TestClient stranger = gateway.connect("s")) {
					try {
						stranger.send(bytes);
						stranger.halfClose();
					}
					catch (UncheckedIOException ex) {
						// Refused before all was sent.
						continue;
					}
					stranger.readUntilEnd();
				}
				honest.sendLine("hello");
				assertThat(honest.readLine()).isEqualTo("hello");
			}
			Gateway.await("the end of all but the honest client",
					() -> gateway.connections("s").size() == 2 ? Optional.of(true) : Optional.empty());
			assertThat(gateway.closures("s").stream().map(Closure::reason).distinct())
				.isSubsetOf(CloseReason.TLS_FAILED, CloseReason.INBOUND_RESET);
			assertThat(gateway.closures("s")).allSatisfy((closure) -> {
				assertThat(closure.bytesIn()).isZero();
				// What was sent may be secret.
				assertThat(closure.detail()).doesNotContain("hexdump").hasSizeLessThan(250);
			});
			assertThat(server.connections()).hasSize(1);
		}
	}

}
