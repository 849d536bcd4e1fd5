package io.framegate.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is shown of TLS: in the endpoints, in records, in messages and in health.
 */
class TlsVisibleTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final BlockingQueue<Map<String, Object>> HEADERS = new LinkedBlockingQueue<>();

	@TempDir
	private static Path directory;

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.handling(CA.issue("CN=server,O=Example", "ip:127.0.0.1").context(), (tls) -> {
		}, (peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
		Instant soon = Instant.now().plus(Duration.ofDays(5)).plusSeconds(3600);
		gateway = Gateway.start(List.of(Watch.class),
				Gateway.all(CA.issue("CN=edge", soon, "dns:localhost").bundle("edge", directory.resolve("edge")),
						CA.issueExpired("CN=own").bundle("own", directory.resolve("own")),
						Gateway.route("s", "crlf", "crlf", server.address(), "listen.tls.bundle=edge",
								"listen.tls.client-auth=want", "listen.tls.alpn=mllp", "upstream.tls.bundle=own")));
	}

	@AfterAll
	static void stop() {
		server.close();
		gateway.close();
	}

	private static TestClient connect() {
		return TestClient.connect(gateway.port("s"),
				CA.issue("CN=client,O=Example", "dns:client.example", "uri:spiffe://example/client").context(),
				(tls) -> {
					tls.setApplicationProtocols(new String[] { "mllp" });
					tls.setServerNames(List.of(new SNIHostName("gateway.example")));
				});
	}

	@Test
	void connectionsClosuresAndMessagesTellOfTls() throws Exception {
		try (TestClient client = connect()) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			Map<String, Object> headers = HEADERS.poll(10, TimeUnit.SECONDS);
			assertThat(headers).containsEntry("framegate_tls_protocol", "TLSv1.3")
				.containsEntry("framegate_tls_cipher", client.session().getCipherSuite())
				.containsEntry("framegate_tls_subject", "CN=client,O=Example")
				.containsEntry("framegate_tls_sans", List.of("dns:client.example", "uri:spiffe://example/client"));
			JsonNode inbound = gateway.get("/actuator/connections?route=s&side=inbound").at("/connections/0/tls");
			assertThat(inbound.at("/protocol").asString()).isEqualTo("TLSv1.3");
			assertThat(inbound.at("/cipher").asString()).isEqualTo(client.session().getCipherSuite());
			assertThat(inbound.at("/serverName").asString()).isEqualTo("gateway.example");
			assertThat(inbound.at("/applicationProtocol").asString()).isEqualTo("mllp");
			assertThat(inbound.at("/subject").asString()).isEqualTo("CN=client,O=Example");
			assertThat(inbound.at("/subjectAlternativeNames/1").asString()).isEqualTo("uri:spiffe://example/client");
			JsonNode upstream = gateway.get("/actuator/connections?route=s&side=upstream").at("/connections/0/tls");
			assertThat(upstream.at("/subject").asString()).isEqualTo("CN=server,O=Example");
			assertThat(upstream.at("/subjectAlternativeNames/0").asString()).isEqualTo("ip:127.0.0.1");
			FrameConnection connection = gateway.connections("s")
				.stream()
				.filter((one) -> one.side() == Side.INBOUND)
				.findFirst()
				.orElseThrow();
			assertThat(connection.getSslSession()).extracting(SSLSession::getProtocol).isEqualTo("TLSv1.3");
			client.halfClose();
			client.expectEof();
			assertThat(gateway.awaitClosure("s", client).tls())
				.isEqualTo(new Closure.Tls("TLSv1.3", client.session().getCipherSuite(), "CN=client,O=Example"));
			JsonNode closure = gateway.get("/actuator/closures?route=s&side=inbound").at("/closures/0/tls");
			assertThat(closure.at("/subject").asString()).isEqualTo("CN=client,O=Example");
		}
	}

	@Test
	void expiringCertificatesAreAWarningAndNeverDown() {
		JsonNode health = gateway.get("/actuator/health").at("/components/routes/components/s/components/certificates");
		assertThat(health.at("/status").asString()).isEqualTo("UP");
		assertThat(health.at("/details/edge/daysLeft").asInt()).isEqualTo(5);
		assertThat(health.at("/details/edge/warning").asString())
			.startsWith("The certificate of SSL bundle 'edge' expires in 5 days, on ");
		assertThat(health.at("/details/own/daysLeft").asInt()).isEqualTo(-1);
		JsonNode advice = gateway.get("/actuator/routes/s").at("/advice");
		assertThat(advice.toString()).contains("The certificate of SSL bundle 'edge' expires in 5 days")
			.contains("The certificate of SSL bundle 'own' has expired on ");
	}

	@Test
	void daysLeftAreAMetric() {
		assertThat(gateway.text("/actuator/prometheus").lines())
			.anyMatch((line) -> line.startsWith("ssl_chain_expiry_seconds{") && line.contains("bundle=\"edge\""));
	}

	@Configuration(proxyBeanMethods = false)
	static class Watch {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request")
		ChannelInterceptor headers() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					HEADERS.add(Map.copyOf(message.getHeaders()));
					return message;
				}
			};
		}

	}

}
