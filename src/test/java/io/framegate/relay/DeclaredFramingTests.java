package io.framegate.relay;

import java.util.HexFormat;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routes whose framings users declare.
 */
class DeclaredFramingTests {

	private static final String[] FRAMINGS = Stream
		.of("visa.length-field-length=2", "visa.length-adjustment=2", "visa.initial-bytes-to-strip=4",
				"visa.header=00000000", "jt808.start-delimiter=7E", "jt808.delimiter=7E", "jt808.escape.byte=7D",
				"jt808.escape.map.01=7D", "jt808.escape.map.02=7E", "mbap.length-field-offset=4",
				"mbap.length-field-length=2", "either.first-of[0].starts-with=[0-9]",
				"either.first-of[0].length-field-until= ", "either.first-of[0].length-field-encoding=decimal",
				"either.first-of[1].starts-with=??", "either.first-of[1].delimiter=0A")
		.map((property) -> "framegate.framings." + property)
		.toArray(String[]::new);

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	private static Gateway gateway(String inbound, String upstream, TestUpstream server, String... more) {
		return Gateway.start(Gateway.all(FRAMINGS, Gateway.route("d", inbound, upstream, server.address(), more)));
	}

	private static void send(TestSocket socket, String hex) {
		socket.send(HexFormat.of().parseHex(hex));
	}

	private static void receives(TestSocket socket, String hex) {
		assertThat(socket.readExactly(hex.length() / 2)).asHexString().isEqualTo(hex);
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "request-reply" })
	void framesAreTranslatedBothWays(String mode) {
		TestUpstream server = this.servers.handling((peer) -> {
			receives(peer, "7E007D02017D01037E");
			send(peer, "7EFF7D02FF7E");
			receives(peer, "7EAB7E");
			send(peer, "7E7D017E");
			peer.awaitEof();
		});
		try (Gateway gateway = gateway("visa", "jt808", server, "mode=" + mode);
				TestClient client = gateway.connect("d")) {
			send(client, "00050000007E017D03");
			receives(client, "00030000FF7EFF");
			send(client, "00010000AB");
			receives(client, "000100007D");
		}
	}

	@Test
	void oneWayFramesAreTranslated() {
		TestUpstream server = this.servers.handling((peer) -> {
			receives(peer, "00020000686900030000796F75");
			peer.awaitEof();
		});
		try (Gateway gateway = gateway("either", "visa", server, "mode=one-way");
				TestClient client = gateway.connect("d")) {
			client.send("2 hiyou\n");
			Gateway.await("both frames",
					() -> server.connections().stream().filter((peer) -> peer.receivedCount() == 13).findFirst());
		}
	}

	@Test
	void keysOfAKeptHeaderMatchReplies() {
		TestUpstream server = this.servers.handling((peer) -> {
			byte[] first = peer.readExactly(8);
			byte[] second = peer.readExactly(8);
			peer.send(second);
			peer.send(first);
			peer.awaitEof();
		});
		try (Gateway gateway = gateway("mbap", "mbap", server, "mode=request-reply", "upstream.sharing=correlated",
				"upstream.pool.max-connections=1", "upstream.correlation.offset=0", "upstream.correlation.length=2",
				"upstream.correlation.rewrite=true", "timeouts.drain=1s");
				TestClient one = gateway.connect("d");
				TestClient two = gateway.connect("d")) {
			send(one, "0007000000020103");
			server.awaitConnections(1);
			send(two, "0007000000020204");
			receives(one, "0007000000020103");
			receives(two, "0007000000020204");
		}
	}

	@Test
	void largestFrameIsExact() {
		try (Gateway gateway = gateway("visa", "visa", this.servers.add(TestUpstream.echo()),
				"listen.max-frame-size=3B"); TestClient client = gateway.connect("d")) {
			send(client, "00030000010203");
			receives(client, "00030000010203");
			send(client, "0004000001020304");
			client.expectEof();
			client.close();
			assertThat(gateway.awaitClosure("d", Side.INBOUND).reason()).isEqualTo(CloseReason.FRAME_TOO_LONG);
		}
	}

	@Test
	void whatTheOtherSideCannotCarryIsNeverSentCorrupted() {
		try (Gateway gateway = gateway("crlf", "mbap", this.servers.sink()); TestClient client = gateway.connect("d")) {
			client.sendLine("no header");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("d", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.FRAME_NOT_ENCODABLE);
			assertThat(closure.detail()).contains("mbap");
		}
	}

	@Test
	void probesUseTheDeclaration() {
		TestUpstream server = this.servers.handling((peer) -> {
			receives(peer, "0004000070696E67");
			send(peer, "00040000706F6E67");
			peer.awaitEof();
		});
		try (Gateway gateway = gateway("crlf", "visa", server, "upstream.health-check.interval=100ms",
				"upstream.health-check.send=ping", "upstream.health-check.expect=pong")) {
			server.awaitConnections(5);
			assertThat(gateway.targetState("d", 0)).isEqualToIgnoringCase("up");
		}
	}

	@Test
	void endpointNamesTheFramings() {
		try (Gateway gateway = gateway("visa", "jt808", this.servers.sink())) {
			assertThat(gateway.get("/actuator/routes/d").get("framing").toString())
				.isEqualTo("{\"inbound\":\"visa\",\"upstream\":\"jt808\"}");
		}
	}

}
