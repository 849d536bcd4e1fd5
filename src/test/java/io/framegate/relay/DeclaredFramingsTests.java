package io.framegate.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Framings that are declared in the configuration, in routes.
 */
@Timeout(60)
class DeclaredFramingsTests {

	private static final int CLIENTS = 20;

	/** So often the same is seen when nothing moves any more. */
	private static final int STILL = 15;

	private static final int LARGE = 32 * 1024;

	private static Gateway gateway;

	private long sent;

	private int asked;

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes()
			.with("framegate.framings.header-kept.length-field-offset=4",
					"framegate.framings.header-kept.length-field-length=2",
					"framegate.framings.stuffed.start-delimiter=7E", "framegate.framings.stuffed.delimiter=7E",
					"framegate.framings.stuffed.escape.byte=7D", "framegate.framings.stuffed.escape.map.[01]=7D",
					"framegate.framings.stuffed.escape.map.[02]=7E", "framegate.framings.lenient.start-delimiter=0B",
					"framegate.framings.lenient.delimiter=1C0D,1C", "framegate.framings.lenient.skip-before-start=true",
					"framegate.framings.either.first-of[0].starts-with=[1-9]",
					"framegate.framings.either.first-of[0].length-field-until=\\x20",
					"framegate.framings.either.first-of[0].length-field-encoding=decimal",
					"framegate.framings.either.first-of[0].initial-bytes-to-strip=all",
					"framegate.framings.either.first-of[1].starts-with=??",
					"framegate.framings.either.first-of[1].delimiter=0A")
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	private static byte[] frame(int id, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
		return ByteBuffer.allocate(6 + bytes.length)
			.putShort((short) id)
			.putShort((short) 0)
			.putShort((short) bytes.length)
			.put(bytes)
			.array();
	}

	private static byte[] readFrame(Peer peer) {
		byte[] header = peer.readExactly(6);
		byte[] text = peer.readExactly(ByteBuffer.wrap(header).getShort(4));
		return ByteBuffer.allocate(6 + text.length).put(header).put(text).array();
	}

	/** All use the same transaction identifier, and are answered last come, first. */
	@Test
	void twentyClientsShareOneConnectionWhoseFramesKeepTheirHeader() {
		List<Short> ids = new ArrayList<>();
		try (TestUpstream device = TestUpstream.handling((peer) -> {
			for (int round = 0; round < 3; round++) {
				List<byte[]> requests = new ArrayList<>();
				for (int i = 0; i < CLIENTS; i++) {
					requests.add(readFrame(peer));
					ids.add(ByteBuffer.wrap(requests.getLast()).getShort());
				}
				requests.reversed().forEach(peer::send);
			}
			peer.awaitEof();
		})) {
			gateway.configure(route("kept").correlated("offset=0", "length=2", "rewrite=true")
				.with("upstream.pool.max-connections=1")
				.framing("header-kept", "header-kept")
				.to(device));
			List<TestClient> clients = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(gateway.connect("kept"));
			}
			for (int round = 0; round < 3; round++) {
				for (int i = 0; i < CLIENTS; i++) {
					clients.get(i).send(frame(7, "read " + i + " of " + round));
				}
				for (int i = 0; i < CLIENTS; i++) {
					byte[] expected = frame(7, "read " + i + " of " + round);
					assertThat(clients.get(i).readExactly(expected.length)).isEqualTo(expected);
				}
			}
			clients.forEach(TestClient::close);
			assertThat(device.connections()).hasSize(1);
			assertThat(ids).hasSize(3 * CLIENTS).doesNotHaveDuplicates();
		}
	}

	/** Each byte is written as two. */
	@Test
	void payloadThatIsNotTakenIsCountedWithoutEscapes() {
		byte[] payload = new byte[LARGE];
		Arrays.fill(payload, (byte) 0x7E);
		try (TestUpstream silent = TestUpstream.silent()) {
			gateway.configure(route("stuffed").framing("length4", "stuffed").to(silent));
			try (TestClient client = gateway.connect("stuffed")) {
				Thread sender = Thread.startVirtualThread(() -> sendUntilReset(client, payload));
				FrameConnection upstream = Gateway.await("a server that takes no more", () -> stuck("stuffed"));
				upstream.execute(
						() -> upstream.abort(new Cause(CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR, "by somebody")));
				Closure closure = gateway.awaitClosure("stuffed", Side.UPSTREAM);
				assertThat(closure.undelivered().frames()).isPositive();
				assertThat(closure.undelivered().bytes()).isEqualTo((long) LARGE * closure.undelivered().frames());
				sender.interrupt();
			}
		}
	}

	/** The upstream connection, if as much was sent as when this was asked before. */
	private Optional<FrameConnection> stuck(String route) {
		long before = this.sent;
		List<FrameConnection> all = gateway.connections(route);
		this.sent = all.stream()
			.filter((one) -> one.side() == Side.UPSTREAM)
			.mapToLong(FrameConnection::bytesOut)
			.sum();
		this.asked = (this.sent == before) ? this.asked + 1 : 0;
		return all.stream()
			.filter((one) -> one.side() == Side.UPSTREAM && !one.isWritable() && this.asked > STILL)
			.findFirst();
	}

	private static void sendUntilReset(TestClient client, byte[] payload) {
		try {
			for (int i = 0; i < 10_000; i++) {
				client.sendLength4(payload);
			}
		}
		catch (RuntimeException | AssertionError ex) {
			// The gateway closes both connections.
		}
	}

	@Test
	void framesChangeTheirShapeOnTheirWay() {
		try (TestUpstream echo = TestUpstream.echo()) {
			gateway.configure(route("shapes").framing("lenient", "stuffed").to(echo));
			try (TestClient client = gateway.connect("shapes")) {
				// Noise, a block without its last CR, LF between blocks, and one in
				// pieces.
				client.send(bytes("0A20 0B 617E7D 1C 0B 62 1C0D 0A 0B"));
				client.send(bytes("63"));
				client.send(bytes("1C0D"));
				byte[] answer = bytes("0B 617E7D 1C0D 0B 62 1C0D 0B 63 1C0D");
				assertThat(client.readExactly(answer.length)).isEqualTo(answer);
			}
			assertThat(echo.connections().getFirst().received())
				.isEqualTo(bytes("7E 61 7D02 7D01 7E 7E 62 7E 7E 63 7E"));
		}
	}

	@Test
	void countedAndPlainLinesComeInOneStream() {
		try (TestUpstream echo = TestUpstream.echo()) {
			gateway.configure(route("lines").framing("either", "length4").to(echo));
			try (TestClient client = gateway.connect("lines")) {
				client.send("3 one<two>\n5 th");
				client.send("ree<four>\n");
				String answer = "3 one5 <two>5 three6 <four>";
				assertThat(client.readExactly(answer.length())).asString().isEqualTo(answer);
			}
		}
	}

	private static byte[] bytes(String hex) {
		return HexFormat.of().parseHex(hex.replace(" ", ""));
	}

}
