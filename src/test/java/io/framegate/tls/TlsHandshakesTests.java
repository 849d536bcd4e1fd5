package io.framegate.tls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Handshakes that come in pieces, all at once, behind a PROXY header or from another
 * implementation. A route for each kind, all in one gateway.
 */
class TlsHandshakesTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	private static final SSLContext CLIENT = CA.issue("CN=client").context();

	private static final int TIMES = 100;

	@TempDir
	private static Path directory;

	private static TestUpstream plain;

	private static TestUpstream secured;

	private static int openssl;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		plain = TestUpstream.lineEcho();
		secured = TestUpstream.handling(EDGE.context(), (tls) -> {
		}, (peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
		openssl = TestPorts.refused();
		String need = "listen.tls.client-auth=need";
		gateway = Gateway.start(Gateway.all(EDGE.bundle("edge", directory), inbound("in"), inbound("need", need),
				inbound("behind", "listen.proxy-protocol=required", "listen.proxy-trusted=127.0.0.1"),
				outbound("ordered", "mode=request-reply", "upstream.sharing=ordered"),
				outbound("pooled", "mode=request-reply"),
				outbound("correlated", "mode=request-reply", "upstream.sharing=correlated",
						"upstream.correlation.offset=0", "upstream.correlation.length=4"),
				Gateway.route("openssl", "lf", "lf", "127.0.0.1:" + openssl, "upstream.tls.bundle=edge")));
	}

	private static String[] inbound(String name, String... more) {
		return Gateway.route(name, "crlf", "crlf", plain.address(),
				Gateway.all(new String[] { "listen.tls.bundle=edge" }, more));
	}

	private static String[] outbound(String name, String... more) {
		return Gateway.route(name, "crlf", "crlf", secured.address(),
				Gateway.all(new String[] { "upstream.tls.bundle=edge" }, more));
	}

	@AfterAll
	static void stop() {
		plain.close();
		secured.close();
		gateway.close();
	}

	@Test
	void clientHelloMayComeByteByByte() throws IOException {
		try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			threads.submit(() -> {
				try (Socket client = relay.accept(); Socket there = new Socket("127.0.0.1", gateway.port("in"))) {
					there.setTcpNoDelay(true);
					Future<?> back = threads.submit(() -> there.getInputStream().transferTo(client.getOutputStream()));
					for (int octet = client.getInputStream().read(); octet >= 0; octet = client.getInputStream()
						.read()) {
						there.getOutputStream().write(octet);
					}
					there.shutdownOutput();
					back.get();
				}
				return null;
			});
			try (TestClient client = TestClient.connect(relay.getLocalPort(), CLIENT, (tls) -> {
			})) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				client.halfClose();
				client.expectEof();
			}
		}
	}

	@Test
	void proxyHeaderComesBeforeTheHandshake() throws IOException {
		try (Socket wire = new Socket("127.0.0.1", gateway.port("behind"))) {
			wire.getOutputStream()
				.write("PROXY TCP4 192.0.2.1 192.0.2.2 40001 7001\r\n".getBytes(StandardCharsets.US_ASCII));
			try (SSLSocket socket = (SSLSocket) CLIENT.getSocketFactory().createSocket(wire, "localhost", 1, true)) {
				socket.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
				assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("hello\r\n");
			}
		}
		Closure closure = gateway.awaitClosure("behind", Side.INBOUND);
		assertThat(closure.remote()).isEqualTo("192.0.2.1:40001");
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
		assertThat(closure.tls()).isNotNull();
		assertThat(closure.bytesIn()).isEqualTo(7);
	}

	/**
	 * While another thread still verifies the client's certificate, its frames,
	 * close_notify and FIN are all there.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void framesRightBehindTheHandshakeAreDelivered(boolean closeNotify) throws Exception {
		long before = plain.receivedCount();
		try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < TIMES; i++) {
				all.add(clients.submit(() -> {
					try (TestClient client = TestClient.connect(gateway.port("need"), CLIENT, (tls) -> {
					})) {
						client.sendLine("hello");
						if (closeNotify) {
							client.halfClose();
						}
						else {
							client.halfCloseWire();
						}
						assertThat(client.readLine()).isEqualTo("hello");
						client.expectEof();
					}
					return null;
				}));
			}
			for (Future<?> one : all) {
				one.get();
			}
		}
		assertThat(plain.receivedCount() - before).isEqualTo(7 * TIMES);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ordered", "pooled", "correlated" })
	void clientsShareConnectionsWithTls(String route) {
		try (TestClient one = gateway.connect(route); TestClient other = gateway.connect(route)) {
			for (int i = 0; i < 500; i++) {
				one.sendLine("1%03d one".formatted(i));
				other.sendLine("2%03d other".formatted(i));
			}
			for (int i = 0; i < 500; i++) {
				assertThat(one.readLine()).isEqualTo("1%03d one".formatted(i));
				assertThat(other.readLine()).isEqualTo("2%03d other".formatted(i));
			}
			one.halfClose();
			one.expectEof();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "-tls1_3", "-tls1_2" })
	void opensslIsServed(String version) throws Exception {
		Process client = openssl("s_client", "-connect", "127.0.0.1:" + gateway.port("in"), "-CAfile",
				directory.resolve("ca.crt").toString(), "-verify_return_error", "-quiet", "-no_ign_eof", "-crlf",
				version);
		try (OutputStream to = client.getOutputStream();
				BufferedReader from = new BufferedReader(new InputStreamReader(client.getInputStream()))) {
			to.write("hello\n".getBytes(StandardCharsets.US_ASCII));
			to.flush();
			assertThat(from.readLine()).isEqualTo("hello");
		}
		assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-tls1_3", "-tls1_2" })
	void opensslServes(String version) throws Exception {
		Process server = openssl("s_server", "-accept", "127.0.0.1:" + openssl, "-cert",
				directory.resolve("tls.crt").toString(), "-key", directory.resolve("tls.key").toString(), "-rev",
				"-naccept", "1", version);
		try (BufferedReader from = new BufferedReader(new InputStreamReader(server.getInputStream()))) {
			assertThat(from.lines().anyMatch((line) -> line.contains("ACCEPT"))).isTrue();
			try (TestClient client = gateway.connect("openssl")) {
				client.send("hello\n");
				assertThat(client.readExactly(6)).asString().isEqualTo("olleh\n");
			}
		}
		finally {
			server.destroy();
		}
		assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
	}

	private static Process openssl(String... arguments) throws IOException {
		Path program = Path.of("/usr/bin/openssl");
		assumeTrue(program.toFile().canExecute(), "openssl is not installed");
		return new ProcessBuilder(
				Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toArray(String[]::new))
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

}
