package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionClosedEvent;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.ip.tcp.connection.TcpConnectionOpenEvent;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every way in which a session ends but by a timer: its reason and who ended it, in the
 * record, in the metrics and in the log.
 */
class CloseReasonsTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private static Endings endings;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().beans(UsersCode.class).start();
		endings = new Endings(gateway);
	}

	/**
	 * A route to a server that sends back what it gets.
	 */
	private RouteSpec echoing(String name) {
		return route(name).to(this.servers.lineEcho());
	}

	/**
	 * An upstream that answers "hello".
	 */
	private TestUpstream saying(String answer) {
		return this.servers.handling((peer) -> {
			peer.readExactly(7);
			peer.send(answer);
			peer.halfClose();
			peer.awaitEof();
		});
	}

	private static TestClient connect(RouteSpec route) {
		TestClient client = gateway.connect(route);
		client.sendLine("hello");
		assertThat(client.readLine()).isEqualTo("hello");
		return client;
	}

	@Test
	void inboundEof() {
		try (TestClient client = connect(echoing("inbound-eof"))) {
			client.halfClose();
			client.expectEof();
		}
		Closure closure = endings.expect("inbound-eof", CloseReason.INBOUND_EOF, EndedBy.INBOUND);
		assertThat(closure.framesIn()).isEqualTo(closure.framesOut()).isEqualTo(1);
		assertThat(closure.bytesIn()).isEqualTo(closure.bytesOut()).isEqualTo(7);
	}

	@Test
	void upstreamEof() {
		TestUpstream closing = this.servers.add(TestUpstream.closingAfter(7));
		try (TestClient client = gateway.connect(route("upstream-eof").to(closing))) {
			client.sendLine("hello");
			client.expectEof();
		}
		endings.expect("upstream-eof", CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM);
	}

	@Test
	void inboundReset() {
		try (TestClient client = connect(echoing("inbound-reset"))) {
			client.reset();
		}
		Closure closure = endings.expect("inbound-reset", CloseReason.INBOUND_RESET, EndedBy.INBOUND);
		assertThat(closure.detail()).isEqualTo("Connection reset by peer");
	}

	@Test
	void upstreamReset() {
		CountDownLatch reset = new CountDownLatch(1);
		TestUpstream resetting = this.servers.handling((peer) -> {
			peer.sendLine("got " + peer.readLine());
			reset.await();
			peer.reset();
		});
		try (TestClient client = gateway.connect(route("upstream-reset").to(resetting))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("got hello");
			reset.countDown();
			client.expectReset();
		}
		endings.expect("upstream-reset", CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
	}

	@Test
	void upstreamRefused() {
		try (TestClient client = gateway.connect(route("refused").to("127.0.0.1:" + TestPorts.refused()))) {
			client.expectEof();
		}
		Closure closure = endings.expect("refused", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM);
		assertThat(closure.detail()).startsWith("127.0.0.1:").endsWith(": Connection refused");
	}

	@Test
	void upstreamUnreachable() {
		try (TestClient client = gateway.connect(route("unreachable").to("no-such-host.invalid:7"))) {
			client.expectEof();
		}
		Closure closure = endings.expect("unreachable", CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM);
		assertThat(closure.detail()).contains("no-such-host.invalid");
	}

	@Test
	void frameTooLong() {
		RouteSpec route = echoing("inbound-too-long").with("listen.max-frame-size=10B");
		try (TestClient client = gateway.connect(route)) {
			client.send("short\r\nmuch too long\r\n");
			assertThat(client.readAll()).asString().isEqualTo("short\r\n");
		}
		endings.expect("inbound-too-long", CloseReason.FRAME_TOO_LONG, EndedBy.INBOUND);
	}

	@Test
	void frameTooLongFromTheUpstream() {
		RouteSpec route = route("upstream-too-long").with("upstream.max-frame-size=10B")
			.to(saying("0123456789 and more\r\n"));
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			client.expectEof();
		}
		endings.expect("upstream-too-long", CloseReason.FRAME_TOO_LONG, EndedBy.UPSTREAM);
	}

	@Test
	void badFrame() {
		try (TestClient client = gateway.connect(echoing("inbound-bad").framing("stx-etx", "crlf"))) {
			client.send("\u0002good\u0003bad");
			assertThat(client.readAll()).asString().isEqualTo("\u0002good\u0003");
		}
		endings.expect("inbound-bad", CloseReason.BAD_FRAME, EndedBy.INBOUND);
	}

	@Test
	void badFrameFromTheUpstream() {
		RouteSpec route = route("upstream-bad").framing("crlf", "stx-etx").to(saying("\u0002good\u0003bad"));
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			assertThat(client.readAll()).asString().isEqualTo("good\r\n");
		}
		endings.expect("upstream-bad", CloseReason.BAD_FRAME, EndedBy.UPSTREAM);
	}

	@Test
	void truncatedFrame() {
		try (TestClient client = gateway.connect(echoing("inbound-truncated"))) {
			client.send("whole\r\nfragm");
			client.halfClose();
			assertThat(client.readAll()).asString().isEqualTo("whole\r\n");
		}
		Closure closure = endings.expect("inbound-truncated", CloseReason.TRUNCATED_FRAME, EndedBy.INBOUND);
		assertThat(closure.partialFrameBytes()).isEqualTo(5);
		assertThat(closure.detail()).isEqualTo("FIN after 5 bytes of a frame");
	}

	@Test
	void truncatedFrameFromTheUpstream() {
		try (TestClient client = gateway.connect(route("upstream-truncated").to(saying("whole\r\nfragm")))) {
			client.sendLine("hello");
			assertThat(client.readAll()).asString().isEqualTo("whole\r\n");
		}
		endings.expect("upstream-truncated", CloseReason.TRUNCATED_FRAME, EndedBy.UPSTREAM);
		assertThat(gateway.awaitClosure("upstream-truncated", Side.UPSTREAM).partialFrameBytes()).isEqualTo(5);
	}

	@Test
	void frameNotEncodable() {
		try (TestClient client = gateway.connect(echoing("not-encodable").framing("length4", "crlf"))) {
			client.sendLength4("not\r\nfine".getBytes(StandardCharsets.UTF_8));
			client.expectEof();
		}
		Closure closure = endings.expect("not-encodable", CloseReason.FRAME_NOT_ENCODABLE, EndedBy.INBOUND);
		assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 9));
	}

	@Test
	void limitConnections() {
		RouteSpec route = echoing("limit").with("listen.max-connections=1");
		try (TestClient first = connect(route); TestClient second = gateway.connect("limit")) {
			second.expectEof();
			Closure closure = endings.expect("limit", Side.INBOUND, CloseReason.LIMIT_CONNECTIONS, EndedBy.GATEWAY);
			assertThat(closure.detail()).isEqualTo("max-connections (1) reached");
			assertThat(gateway.metric("framegate_accepts_refused_total{reason=\"limit-connections\",route=\"limit\"}"))
				.isEqualTo(1);
			first.sendLine("still here");
			assertThat(first.readLine()).isEqualTo("still here");
		}
	}

	@Test
	void operatorClose() {
		try (TestClient client = connect(echoing("operator-close"))) {
			endings.close("operator-close");
			client.expectEof();
			client.sendLine("too late");
			client.halfClose();
			Closure closure = endings.expect("operator-close", CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 8));
		}
	}

	@Test
	void operatorAbort() {
		TestUpstream aborted = this.servers.lineEcho();
		try (TestClient client = connect(route("operator-abort").to(aborted))) {
			abort(endings.live("operator-abort", Side.INBOUND));
			client.expectReset();
			endings.expect("operator-abort", CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR);
		}
		Peer server = aborted.connections().getFirst();
		Gateway.await("RST", () -> Optional.ofNullable(server.failure()));
		assertThat(server.failure()).hasMessageContaining("Connection reset");
	}

	@Test
	void operatorAbortOfTheUpstreamConnection() {
		try (TestClient client = gateway.connect(route("operator-abort-upstream").to(this.servers.silent()))) {
			client.sendLine("hello");
			FrameConnection connection = endings.live("operator-abort-upstream", Side.UPSTREAM);
			Gateway.await("the request upstream",
					() -> Stream.of(connection).filter((upstream) -> upstream.framesOut() == 1).findFirst());
			abort(connection);
			client.expectReset();
		}
		endings.expect("operator-abort-upstream", CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR);
	}

	private static void abort(FrameConnection connection) {
		connection
			.execute(() -> connection.abort(new Cause(CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR, "by somebody")));
	}

	@Test
	void routeDrain() {
		try (TestClient client = connect(echoing("route-drain"))) {
			Cause cause = new Cause(CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR, "by somebody");
			var report = gateway.route("route-drain").drain(cause);
			client.expectEof();
			client.halfClose();
			assertThat(report).succeedsWithin(java.time.Duration.ofSeconds(5))
				.satisfies((done) -> assertThat(done.connections()).isEqualTo(2));
		}
		endings.expect("route-drain", CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR);
	}

	@Test
	void internalError() {
		try (TestClient client = gateway.connect(echoing("internal-error"))) {
			client.send("good\r\nbad\r\n");
			assertThat(client.readAll()).asString().isEqualTo("good\r\n");
		}
		Closure closure = endings.expect("internal-error", CloseReason.INTERNAL_ERROR, EndedBy.GATEWAY);
		assertThat(closure.detail()).isEqualTo("IllegalStateException: cannot do bad");
		assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 3));
	}

	@Test
	void eventsTellOfEveryConnection() {
		UsersCode users = gateway.bean(UsersCode.class);
		String inbound;
		try (TestClient client = connect(echoing("events"))) {
			inbound = endings.live("events", Side.INBOUND).getConnectionId();
			assertThat(users.opened).contains(inbound);
			client.halfClose();
			client.expectEof();
		}
		Closure closure = endings.expect("events", CloseReason.INBOUND_EOF, EndedBy.INBOUND);
		assertThat(closure.id()).isEqualTo(inbound);
		Gateway.await("the event", () -> users.closed.stream().filter(closure::equals).findFirst());
		assertThat(users.opened).contains(closure.peerId());
	}

	@Configuration(proxyBeanMethods = false)
	static class UsersCode {

		final List<String> opened = new CopyOnWriteArrayList<>();

		final List<Closure> closed = new CopyOnWriteArrayList<>();

		@EventListener
		void opened(TcpConnectionOpenEvent event) {
			this.opened.add(event.getConnectionId());
		}

		@EventListener
		void closed(ConnectionClosedEvent event) {
			this.closed.add(event.closure());
		}

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.internal-error.request")
		static ChannelInterceptor throwing() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					if ("bad".equals(new String((byte[]) message.getPayload(), StandardCharsets.UTF_8))) {
						throw new IllegalStateException("cannot do bad");
					}
					return message;
				}
			};
		}

	}

}
