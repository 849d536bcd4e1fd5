package io.framegate.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.testkit.ProxyBytes.checked;
import static io.framegate.testkit.ProxyBytes.local;
import static io.framegate.testkit.ProxyBytes.tcp;
import static io.framegate.testkit.ProxyBytes.tlv;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What servers learn of clients by a PROXY header.
 */
class ProxyProtocolOutTests {

	private static final int V2_HEADER = 28;

	/** Takes a header of a known length, and then sends every line back. */
	private static TestUpstream lineEchoAfter(int header) {
		return TestUpstream.handling((peer) -> {
			peer.readExactly(header);
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
	}

	private static RouteSpec route(TestUpstream server, String version) {
		return RouteSpec.route("s").to(server).with("upstream.proxy-protocol=" + version);
	}

	private static byte[] start(Peer peer, int length) {
		return Arrays.copyOf(peer.received(), length);
	}

	@Test
	void serverLearnsTheClientsAddressByALine() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = GatewayBuilder.routes(route(server, "v1")).start();
				TestClient client = gateway.connect("s")) {
			String expected = "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d".formatted(client.localPort(), gateway.port("s"));
			// The server sends it back like any other line.
			assertThat(client.readLine()).isEqualTo(expected);
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			client.halfClose();
			client.expectEof();
			server.awaitEnded();
			assertThat(server.connections().getFirst().received()).asString().isEqualTo(expected + "\r\nhello\r\n");
		}
	}

	@Test
	void serverLearnsTheClientsAddressInBinaryAndNoCountIncludesIt() {
		try (TestUpstream server = lineEchoAfter(V2_HEADER);
				Gateway gateway = GatewayBuilder.routes(route(server, "v2")).start();
				TestClient client = gateway.connect("s")) {
			IntStream.range(0, 100).forEach((i) -> client.sendLine("frame " + i));
			client.halfClose();
			IntStream.range(0, 100).forEach((i) -> assertThat(client.readLine()).isEqualTo("frame " + i));
			client.expectEof();
			assertThat(start(server.connections().getFirst(), V2_HEADER))
				.isEqualTo(tcp("127.0.0.1", client.localPort(), "127.0.0.1", gateway.port("s")));
			Closure upstream = gateway.awaitClosure("s", Side.UPSTREAM);
			assertThat(upstream.framesOut()).isEqualTo(100);
			assertThat(upstream.bytesOut()).isEqualTo(990);
			assertThat(upstream.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
			assertThat(gateway.metric("framegate_bytes_total{direction=\"out\",route=\"s\"}")).isEqualTo(990);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v1", "v2" })
	void headerComesBeforeAnyFrame(String version) {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = GatewayBuilder.routes(route(server, version)).start();
				TestClient client = gateway.connect("s")) {
			server.awaitConnections(1);
			Gateway.await("a header",
					() -> server.connections().stream().filter((peer) -> peer.receivedCount() > 0).findFirst());
			assertThat(new String(server.connections().getFirst().received(), StandardCharsets.ISO_8859_1))
				.contains(version.equals("v1") ? "PROXY TCP4" : "QUIT");
			assertThat(client.receivedCount()).isZero();
		}
	}

	@Test
	void serverBehindTwoProxiesLearnsTheFirstClientsAddress() {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = GatewayBuilder
					.routes(route(server, "v2").with("listen.proxy-protocol=required",
							"listen.proxy-trusted=127.0.0.1"))
					.start();
				TestClient client = gateway.connect("s")) {
			client.send(tcp("2001:db8::7", 40001, "2001:db8::1", 443, tlv(0x02, "not-forwarded")));
			client.sendLine("hello");
			client.halfClose();
			server.awaitConnections(1);
			server.awaitEnded();
			byte[] header = tcp("2001:db8::7", 40001, "2001:db8::1", 443);
			assertThat(start(server.connections().getFirst(), header.length)).isEqualTo(header);
			assertThat(server.receivedCount()).isEqualTo(header.length + 7);
		}
	}

	@Test
	void valuesOfTheHeaderAreForwardedWithAChecksumOfTheirOwn() {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = GatewayBuilder.routes(route(server, "v2").with("upstream.proxy-tlvs=forward",
						"listen.proxy-protocol=optional", "listen.proxy-trusted=127.0.0.1"))
					.start()) {
			byte[][] tlvs = { tlv(0x02, "orders.example"), tlv(0x20, new byte[5], tlv(0x21, "TLSv1.3")),
					tlv(0xE7, new byte[300]) };
			byte[] forwarded = checked(tcp("192.0.2.7", 1, "192.0.2.1", 2, tlvs[0], tlvs[1], tlvs[2]));
			byte[] received = checked(
					tcp("192.0.2.7", 1, "192.0.2.1", 2, tlvs[0], tlv(0x04, new byte[40]), tlvs[1], tlvs[2]));
			try (TestClient client = gateway.connect("s")) {
				client.send(received);
				client.halfClose();
				client.readUntilEnd();
			}
			server.awaitConnections(1);
			server.awaitEnded();
			assertThat(server.connections().getFirst().received()).isEqualTo(forwarded);
			try (TestClient client = gateway.connect("s")) {
				client.sendLine("without");
				client.halfClose();
				client.readUntilEnd();
				server.awaitConnections(2);
				server.awaitEnded();
				assertThat(start(server.connections().getLast(), V2_HEADER))
					.isEqualTo(tcp("127.0.0.1", client.localPort(), "127.0.0.1", gateway.port("s")));
			}
		}
	}

	@Test
	void serverThatSpeaksFirstDoesSo() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readExactly(V2_HEADER);
			peer.sendLine("220 hello");
			peer.awaitEof();
		});
				Gateway gateway = GatewayBuilder.routes(route(server, "v2")).start();
				TestClient client = gateway.connect("s")) {
			assertThat(client.readLine()).isEqualTo("220 hello");
		}
	}

	@ParameterizedTest
	@CsvSource({ "request-reply,exclusive", "request-reply,ordered", "one-way," })
	void gatewaySpeaksForItselfWhereClientsShareConnections(String mode, String sharing) {
		for (String version : new String[] { "v1", "v2" }) {
			try (TestUpstream server = TestUpstream.handling((peer) -> {
				if (version.equals("v1")) {
					peer.readLine();
				}
				else {
					peer.readExactly(16);
				}
				for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
					peer.sendLine(line);
				}
			}); Gateway gateway = GatewayBuilder.routes(shared(route(server, version), mode, sharing)).start()) {
				try (TestClient client = gateway.connect("s")) {
					client.sendLine("hello");
					if (!mode.equals("one-way")) {
						assertThat(client.readLine()).isEqualTo("hello");
					}
					Peer first = server.awaitConnections(1).getFirst();
					Gateway.await("the frame",
							() -> Optional.of(first)
								.filter((peer) -> new String(peer.received(), StandardCharsets.ISO_8859_1)
									.endsWith("hello\r\n")));
					byte[] expected = version.equals("v2") ? local()
							: "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n".formatted(first.remotePort(), server.port())
								.getBytes(StandardCharsets.US_ASCII);
					assertThat(start(first, expected.length)).isEqualTo(expected);
					assertThat(first.receivedCount()).isEqualTo(expected.length + 7);
				}
			}
		}
	}

	private static RouteSpec shared(RouteSpec route, String mode, String sharing) {
		route.with("mode=" + mode, "upstream.pool.max-connections=1");
		return (sharing != null) ? route.with("upstream.sharing=" + sharing) : route;
	}

	@ParameterizedTest
	@CsvSource({ "v1,", "v1,ping", "v2,", "v2,ping" })
	void probesSpeakForTheGateway(String version, String send) {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			if (version.equals("v1")) {
				peer.readLine();
			}
			else {
				peer.readExactly(16);
			}
			if (peer.readLineOrEof() instanceof String line) {
				peer.sendLine(line);
			}
		});
				Gateway gateway = GatewayBuilder
					.routes(route(server, version).with("upstream.health-check.interval=100ms",
							"upstream.health-check.send=" + ((send != null) ? send : "")))
					.start()) {
			Peer probe = server.awaitConnections(2).getFirst();
			Gateway.await("the end of the probe", () -> Optional.of(probe).filter(Peer::isEnded));
			byte[] expected = version.equals("v2") ? local()
					: "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n".formatted(probe.remotePort(), server.port())
						.getBytes(StandardCharsets.US_ASCII);
			assertThat(start(probe, expected.length)).isEqualTo(expected);
			assertThat(new String(probe.received(), expected.length, probe.receivedCount() - expected.length,
					StandardCharsets.US_ASCII))
				.isEqualTo((send != null) ? send + "\r\n" : "");
			assertThat(gateway.targetState("s", 0)).isEqualTo("UP");
		}
	}

	@Test
	void serverThatResetsOnTheHeaderIsNotSentAFrame() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readExactly(V2_HEADER);
			peer.reset();
		}); Gateway gateway = GatewayBuilder.routes(route(server, "v2")).start()) {
			try (TestClient client = gateway.connect("s")) {
				client.readUntilEnd();
			}
			catch (UncheckedIOException ex) {
				// It can be reset before its connect has returned.
				assertThat(ex).hasMessageContaining("reset");
			}
			Closure closure = gateway.awaitClosure("s", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_RESET);
			assertThat(closure.bytesOut()).isZero();
			assertThat(List.of(closure.undelivered())).containsOnly(new Closure.Undelivered(0, 0));
		}
	}

	@Test
	void sourceHashFollowsTheRealClient() {
		try (TestUpstream one = lineEchoAfter(0);
				TestUpstream two = lineEchoAfter(0);
				TestUpstream three = lineEchoAfter(0);
				Gateway gateway = GatewayBuilder
					.routes(RouteSpec.route("s")
						.to(one, two, three)
						.balance("source-hash")
						.with("listen.proxy-protocol=required", "listen.proxy-trusted=127.0.0.1"))
					.start()) {
			for (int round = 0; round < 2; round++) {
				for (int host = 1; host <= 16; host++) {
					try (TestClient client = gateway.connect("s")) {
						client.send(tcp("192.0.2." + host, 1000 + round, "192.0.2.100", 7001));
						client.sendLine("from " + host);
						assertThat(client.readLine()).isEqualTo("from " + host);
					}
				}
			}
			for (TestUpstream server : List.of(one, two, three)) {
				assertThat(server.connections()).isNotEmpty().hasSizeLessThan(32);
				assertThat(server.connections().stream().map(Peer::received).map(String::new).toList())
					.allSatisfy((line) -> assertThat(server.connections()
						.stream()
						.filter((peer) -> new String(peer.received(), StandardCharsets.US_ASCII).equals(line))
						.count()).isEqualTo(2));
			}
		}
	}

	@ParameterizedTest
	@EnabledIf("io.framegate.testkit.HaProxy#isInstalled")
	@ValueSource(strings = { "v1", "v2" })
	void haproxyBehindTakesOurHeader(String version) {
		try (TestUpstream last = TestUpstream.lineEcho();
				HaProxy proxy = HaProxy.before("accept-proxy", last.port() + " send-proxy");
				Gateway front = GatewayBuilder
					.routes(RouteSpec.route("front")
						.to("127.0.0.1:" + proxy.port())
						.with("upstream.proxy-protocol=" + version, "listen.proxy-protocol=optional",
								"listen.proxy-trusted=127.0.0.1", "upstream.health-check.interval=100ms"))
					.start()) {
			try (TestClient client = front.connect("front")) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo(
						"PROXY TCP4 127.0.0.1 127.0.0.1 %d %d".formatted(client.localPort(), front.port("front")));
				assertThat(client.readLine()).isEqualTo("hello");
			}
			try (TestClient client = front.connect("front")) {
				client.send("PROXY TCP6 2001:db8::7 2001:db8::1 40001 443\r\n");
				assertThat(client.readLine()).isEqualTo("PROXY TCP6 2001:db8::7 2001:db8::1 40001 443");
			}
			assertThat(front.targetState("front", 0)).isEqualTo("UP");
		}
	}

	/** Netty may give it one of 0, and no server takes a header with a zone. */
	@Test
	void ipv6ClientHasNoZone() throws IOException {
		try (ServerSocket loopback = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
			assertThat(loopback.isBound()).isTrue();
		}
		catch (IOException ex) {
			Assumptions.abort("no IPv6 here: " + ex.getMessage());
		}
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("six", "crlf", "crlf", server.address(),
						"listen.address=::1", "upstream.proxy-protocol=v1"));
				TestClient client = TestClient.connect("::1", gateway.port("six"))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("PROXY TCP6 0:0:0:0:0:0:0:1 0:0:0:0:0:0:0:1 %d %d"
				.formatted(client.localPort(), gateway.port("six")));
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(gateway.connections("six")).extracting(FrameConnection::remoteText)
				.contains("[::1]:" + client.localPort());
		}
	}

}
