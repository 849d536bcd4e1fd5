package io.framegate.inbound;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionState;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.integration.config.GlobalChannelInterceptor;

import static io.framegate.testkit.ProxyBytes.announcing;
import static io.framegate.testkit.ProxyBytes.checked;
import static io.framegate.testkit.ProxyBytes.concat;
import static io.framegate.testkit.ProxyBytes.header;
import static io.framegate.testkit.ProxyBytes.local;
import static io.framegate.testkit.ProxyBytes.tcp;
import static io.framegate.testkit.ProxyBytes.tlv;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that come with a PROXY header, and peers that forge one.
 */
class ProxyProtocolInTests {

	private static final String SOURCE = "203.0.113.9";

	private static final byte[] V1 = "PROXY TCP4 203.0.113.9 198.51.100.7 40001 7001\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private static final byte[] V2 = tcp(SOURCE, 40001, "198.51.100.7", 7001, tlv(0x02, "orders.example"));

	private static final BlockingQueue<Map<String, Object>> HEADERS = new LinkedBlockingQueue<>();

	private static TestUpstream server;

	private static TestUpstream greeter;

	private static Gateway gateway;

	private static RouteSpec route(String name, String proxyProtocol, String trusted) {
		return RouteSpec.route(name)
			.to(server)
			.with("listen.proxy-protocol=" + proxyProtocol, "listen.proxy-trusted=" + trusted);
	}

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		greeter = TestUpstream.handling((peer) -> {
			peer.sendLine("220 hello");
			peer.sendLine("you said " + peer.readLine());
		});
		gateway = GatewayBuilder
			.routes(route("required", "required", "10.0.0.0/8,127.0.0.0/8"), route("optional", "optional", "127.0.0.1"),
					route("forged", "optional", "10.0.0.0/8"), route("denied", "required", "10.0.0.0/8"),
					route("six", "required", "127.0.0.0/8,::1").with("listen.address=::"),
					route("late", "required", "127.0.0.1").with("timeouts.tls-handshake=200ms"),
					route("greeted", "optional", "127.0.0.1").to(greeter).with("timeouts.tls-handshake=200ms"))
			.beans(Headers.class)
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		server.close();
		greeter.close();
	}

	static Stream<byte[]> headers() {
		return Stream.of(V1, V2, checked(V2));
	}

	// Who the client is

	@ParameterizedTest
	@MethodSource("headers")
	void clientHasTheAddressOfItsHeader(byte[] header) throws Exception {
		for (String route : new String[] { "required", "optional" }) {
			HEADERS.clear();
			try (TestClient client = gateway.connect(route)) {
				client.send(concat(header, "hello\r\n".getBytes(StandardCharsets.US_ASCII)));
				assertThat(client.readLine()).isEqualTo("hello");
				Map<String, Object> message = HEADERS.poll(10, TimeUnit.SECONDS);
				assertThat(message).containsEntry("ip_address", SOURCE)
					.containsEntry("ip_hostname", SOURCE)
					.containsEntry("ip_tcp_remotePort", 40001)
					.containsEntry("framegate_proxy_via", "127.0.0.1:" + client.localPort());
				JsonNode shown = inbound(route);
				assertThat(shown.at("/remote").asString()).isEqualTo(SOURCE + ":40001");
				assertThat(shown.at("/proxy/via").asString()).isEqualTo("127.0.0.1:" + client.localPort());
				assertThat(shown.at("/proxy/destination").asString()).isEqualTo("198.51.100.7:7001");
				assertThat(shown.at("/proxy/version").asInt()).isEqualTo((header == V1) ? 1 : 2);
				assertThat(shown.at("/proxy/tlvs/authority").asString())
					.isEqualTo((header == V1) ? "" : "orders.example");
				client.halfClose();
				client.expectEof();
			}
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.remote()).isEqualTo(SOURCE + ":40001");
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.bytesIn()).as("without the header").isEqualTo(7);
			assertThat(closure.framesIn()).isEqualTo(1);
			gateway.awaitNoConnections(route);
		}
	}

	private static JsonNode inbound(String route) {
		return gateway.get("/actuator/connections?side=inbound&route=" + route).at("/connections/0");
	}

	@Test
	void proxyThatComesByIpv4ToAnIpv6ListenerIsTrusted() {
		for (String host : new String[] { "127.0.0.1", "::1" }) {
			try (TestClient client = TestClient.connect(host, gateway.port("six"))) {
				client.send(V2);
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				assertThat(inbound("six").at("/remote").asString()).isEqualTo(SOURCE + ":40001");
			}
			gateway.awaitNoConnections("six");
		}
	}

	@Test
	void valuesOfTheHeaderAreMessageHeaders() throws Exception {
		HEADERS.clear();
		byte[] ssl = tlv(0x20, new byte[] { 0x03, 0, 0, 0, 0 }, tlv(0x21, "TLSv1.3"), tlv(0x22, "client-7"));
		try (TestClient client = gateway.connect("required")) {
			client.send(tcp("2001:db8::7", 40001, "2001:db8::1", 7001, tlv(0x01, "hl7"), tlv(0x05, "id-1"), ssl,
					tlv(0xEA, "\u0001vpce-1"), tlv(0xE5, new byte[] { 1 })));
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(HEADERS.poll(10, TimeUnit.SECONDS)).containsEntry("framegate_proxy_alpn", "hl7")
				.containsEntry("framegate_proxy_unique_id", "id-1")
				.containsEntry("framegate_proxy_ssl_version", "TLSv1.3")
				.containsEntry("framegate_proxy_ssl_cn", "client-7")
				.containsEntry("framegate_proxy_ssl_verify", "0")
				.containsEntry("framegate_proxy_aws_vpce_id", "vpce-1")
				.containsEntry("ip_address", "2001:db8::7");
			assertThat(inbound("required").at("/proxy/tlvs/0xE5").asString()).isEqualTo("01");
		}
		gateway.awaitNoConnections("required");
	}

	static Stream<byte[]> spokenForThemselves() {
		return Stream.of(local(), local(checked(local())), header(0x21, 0x31, new byte[216]),
				"PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
	}

	@ParameterizedTest
	@MethodSource("spokenForThemselves")
	void proxyThatSpeaksForItselfKeepsItsAddress(byte[] header) {
		try (TestClient client = gateway.connect("required")) {
			client.send(header);
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(inbound("required").at("/remote").asString()).isEqualTo("127.0.0.1:" + client.localPort());
			assertThat(inbound("required").at("/proxy/destination").isNull()).isTrue();
		}
		gateway.awaitNoConnections("required");
	}

	// How it is cut

	@ParameterizedTest
	@MethodSource("headers")
	void headerMayComeByteByByte(byte[] header) {
		try (TestClient client = gateway.connect("required")) {
			for (byte[] bytes : new byte[][] { header, "hello\r\n".getBytes(StandardCharsets.US_ASCII) }) {
				for (byte octet : bytes) {
					client.send(new byte[] { octet });
				}
			}
			assertThat(client.readLine()).isEqualTo("hello");
			client.halfClose();
			client.expectEof();
			assertThat(gateway.awaitClosure("required", Side.INBOUND).remote()).isEqualTo(SOURCE + ":40001");
		}
		gateway.awaitNoConnections("required");
	}

	@Test
	void headerFramesAndFinMayComeAtOnce() {
		int before = server.connections().size();
		try (TestClient client = gateway.connect("required")) {
			client.send(concat(V2, "one\r\ntwo\r\n".getBytes(StandardCharsets.US_ASCII)));
			client.halfClose();
			assertThat(client.readLine()).isEqualTo("one");
			assertThat(client.readLine()).isEqualTo("two");
			client.expectEof();
		}
		assertThat(server.awaitConnections(before + 1).getLast().received()).asString().isEqualTo("one\r\ntwo\r\n");
		gateway.awaitNoConnections("required");
	}

	@Test
	void longHeaderIsTakenUpToItsBound() {
		try (TestClient client = gateway.connect("required")) {
			client.send(tcp(SOURCE, 40001, "198.51.100.7", 7001, tlv(0xE1, new byte[16 * 1024 - 16 - 12 - 3])));
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
		}
		gateway.awaitNoConnections("required");
	}

	// No header

	@ParameterizedTest
	@ValueSource(strings = { "hello\r\n", "PROXYhello\r\n", "\r\nhello\r\n", "P\r\n" })
	void withoutHeaderWhereItIsOptionalAllBytesAreTheClients(String text) {
		for (String route : new String[] { "optional", "forged" }) {
			int before = server.connections().size();
			try (TestClient client = gateway.connect(route)) {
				for (byte octet : text.getBytes(StandardCharsets.US_ASCII)) {
					client.send(new byte[] { octet });
				}
				client.halfClose();
				assertThat(client.readUntilEnd()).asString().isEqualTo(text);
			}
			assertThat(server.awaitConnections(before + 1).getLast().received()).asString().isEqualTo(text);
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.bytesIn()).isEqualTo(text.length());
		}
	}

	@Test
	void emptyFrameThatBeginsLikeAHeaderIsTheClients() {
		try (TestClient client = gateway.connect("optional")) {
			client.send("\r\n\r\n");
			client.halfClose();
			assertThat(client.readUntilEnd()).asString().isEqualTo("\r\n\r\n");
		}
	}

	@Test
	void serverMaySpeakFirstToAClientWithoutHeader() {
		try (TestClient client = gateway.connect("greeted")) {
			assertThat(client.readLine()).isEqualTo("220 hello");
			client.sendLine("hi");
			assertThat(client.readLine()).isEqualTo("you said hi");
			client.expectEof();
		}
	}

	// What is refused

	static Stream<byte[]> malformed() {
		byte[] ends = new byte[12];
		return Stream.of("PROXY TCP4 1.2.3.4\r\n".getBytes(StandardCharsets.US_ASCII),
				"PROXY UNKNOWN\n".getBytes(StandardCharsets.US_ASCII),
				("PROXY UNKNOWN " + "x".repeat(200)).getBytes(StandardCharsets.US_ASCII), header(0x31, 0x11, ends),
				header(0x22, 0x11, ends), header(0x21, 0x51, ends),
				announcing(100_000 & 0xFFFF, 0x21, 0x11, new byte[100_000]), announcing(11, 0x21, 0x11),
				header(0x21, 0x11, ends, new byte[] { 2, -1, -1 }), header(0x21, 0x11, ends, tlv(0x03, new byte[4])));
	}

	@ParameterizedTest
	@MethodSource("malformed")
	void malformedHeaderIsRefusedAtOnce(byte[] header) {
		int before = server.connections().size();
		for (String route : new String[] { "required", "optional" }) {
			try (TestClient client = gateway.connect(route)) {
				sendWhatIsTaken(client, header);
				client.readUntilEnd();
				Closure closure = gateway.awaitClosure(route, client);
				assertThat(closure.reason()).isEqualTo(CloseReason.PROXY_HEADER_BAD);
				assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
				assertThat(closure.detail()).startsWith("PROXY header: ");
				assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
			}
		}
		assertThat(server.connections()).hasSize(before);
	}

	/** The gateway may reset before it has everything. */
	private static void sendWhatIsTaken(TestClient client, byte[] bytes) {
		try {
			client.send(bytes);
		}
		catch (UncheckedIOException ex) {
			assertThat(bytes.length).as(ex.getMessage()).isGreaterThan(10_000);
		}
	}

	@Test
	void absenceIsRefusedWhereItIsRequired() {
		try (TestClient client = gateway.connect("required")) {
			client.send("GET / HTTP/1.1\r\n\r\n");
			client.readUntilEnd();
			Closure closure = gateway.awaitClosure("required", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.PROXY_HEADER_BAD);
			assertThat(closure.detail()).isEqualTo("PROXY header: there is none: looks like an HTTP request");
		}
	}

	@ParameterizedTest
	@MethodSource("headers")
	void forgedHeaderIsRefused(byte[] header) {
		int before = server.connections().size();
		try (TestClient client = gateway.connect("forged")) {
			client.send(header);
			client.readUntilEnd();
			Closure closure = gateway.awaitClosure("forged", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.PROXY_HEADER_BAD);
			assertThat(closure.detail())
				.isEqualTo("PROXY header: from an address that is not in proxy-trusted: 127.0.0.1");
		}
		assertThat(server.connections()).hasSize(before);
	}

	@Test
	void strangerIsDeniedWhereAHeaderIsRequired() {
		int before = server.connections().size();
		try (TestClient client = gateway.connect("denied")) {
			client.expectEof();
			Closure closure = gateway.awaitClosure("denied", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.DENIED);
			assertThat(closure.detail()).isEqualTo("127.0.0.1 is not in proxy-trusted");
			assertThat(gateway.metric("framegate_accepts_refused_total{reason=\"denied\",route=\"denied\"}")).isOne();
		}
		assertThat(server.connections()).hasSize(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\r\n\r\n", "PROXY TCP4 1.2.3.4" })
	void lateHeaderIsATimeout(String start) {
		try (TestClient client = gateway.connect("late")) {
			client.send(start);
			client.readUntilEnd();
			Closure closure = gateway.awaitClosure("late", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_HANDSHAKE_TIMEOUT);
			assertThat(closure.detail())
				.isEqualTo("tls-handshake timer (200ms) ran out; " + start.length() + " bytes of a PROXY header came");
		}
	}

	@Test
	void begunHeaderIsLateWhereItIsOptional() {
		try (TestClient client = gateway.connect("greeted")) {
			client.send("PROXY TCP4");
			client.readUntilEnd();
			assertThat(gateway.awaitClosure("greeted", client).reason()).isEqualTo(CloseReason.TLS_HANDSHAKE_TIMEOUT);
		}
	}

	@Test
	void stateIsShownWhileAHeaderIsAwaited() {
		try (TestClient client = gateway.connect("required")) {
			client.send("PROXY");
			Gateway.await("the state",
					() -> gateway.connections("required")
						.stream()
						.filter((connection) -> connection.state() == ConnectionState.PROXY_HEADER)
						.findFirst());
			client.halfClose();
			client.readUntilEnd();
			Closure closure = gateway.awaitClosure("required", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.PROXY_HEADER_BAD);
			assertThat(closure.detail()).isEqualTo("PROXY header: FIN after 5 bytes of it");
		}
	}

	@Test
	void checkOfABalancerIsNoFault() {
		int before = server.connections().size();
		for (String route : new String[] { "required", "optional" }) {
			try (TestClient client = gateway.connect(route)) {
				client.halfClose();
				client.expectEof();
				assertThat(gateway.awaitClosure(route, client).reason()).isEqualTo(CloseReason.INBOUND_EOF);
			}
			try (TestClient client = gateway.connect(route)) {
				Gateway.await("the connection", () -> gateway.connections(route).stream().findFirst());
				client.reset();
				assertThat(gateway.awaitClosure(route, client).reason()).isEqualTo(CloseReason.INBOUND_EOF);
			}
		}
		assertThat(server.connections()).hasSize(before);
	}

	@Configuration(proxyBeanMethods = false)
	static class Headers {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.*.request")
		ChannelInterceptor headers() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					HEADERS.add(message.getHeaders());
					return message;
				}

			};
		}

	}

}
