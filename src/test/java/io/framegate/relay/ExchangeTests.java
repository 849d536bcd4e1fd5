package io.framegate.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Exchanges as clients and servers see them.
 */
class ExchangeTests {

	private static final String[] EXCLUSIVE = { "mode=request-reply" };

	private static final String[] ORDERED = { "mode=request-reply", "upstream.sharing=ordered" };

	private static final String[] CORRELATED = { "mode=request-reply", "upstream.sharing=correlated",
			"upstream.correlation.offset=0", "upstream.correlation.length=4" };

	private static Gateway gateway(TestUpstream server, String[] kind, String... more) {
		return Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(), Gateway.all(kind, more)));
	}

	@Test
	void pipelinedRequestsAreAnsweredInOrderOverAPool() {
		try (TestUpstream server = TestUpstream.lineEcho(); Gateway gateway = gateway(server, EXCLUSIVE)) {
			try (TestClient client = gateway.connect("x")) {
				IntStream.range(0, 2000).forEach((i) -> client.sendLine("request " + i));
				client.halfClose();
				for (int i = 0; i < 2000; i++) {
					assertThat(client.readLine()).isEqualTo("request " + i);
				}
				client.expectEof();
			}
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(2000);
			assertThat(closure.framesOut()).isEqualTo(2000);
			assertThat(server.connections()).hasSizeLessThanOrEqualTo(16);
			assertThat(gateway.metric("framegate_exchange_seconds_count{route=\"x\"}")).isEqualTo(2000);
		}
	}

	@Test
	void requestsOfOneClientAreInFlightAtOnce() throws Exception {
		CountDownLatch all = new CountDownLatch(4);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				all.countDown();
				all.await();
				peer.sendLine(line);
			}
		});
				Gateway gateway = gateway(server, EXCLUSIVE, "upstream.pool.max-connections=4");
				TestClient client = gateway.connect("x")) {
			client.send("a\r\nb\r\nc\r\nd\r\n");
			assertThat(List.of(client.readLine(), client.readLine(), client.readLine(), client.readLine()))
				.containsExactly("a", "b", "c", "d");
		}
	}

	@Test
	void orderedLinksAreFewAndMatchFirstInFirstOut() {
		try (TestUpstream server = TestUpstream.lineEcho(); Gateway gateway = gateway(server, ORDERED)) {
			List<TestClient> clients = IntStream.range(0, 20).mapToObj((i) -> gateway.connect("x")).toList();
			for (int round = 0; round < 50; round++) {
				for (int i = 0; i < clients.size(); i++) {
					clients.get(i).sendLine("client " + i + " round " + round);
				}
			}
			for (int round = 0; round < 50; round++) {
				for (int i = 0; i < clients.size(); i++) {
					assertThat(clients.get(i).readLine()).isEqualTo("client " + i + " round " + round);
				}
			}
			clients.forEach(TestClient::close);
			assertThat(server.connections()).hasSizeLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
		}
	}

	@Test
	void correlatedRepliesComeInAnyOrderAndReachTheirClient() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			List<String> batch = new ArrayList<>();
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				batch.add(line);
				if (batch.size() == 10) {
					Collections.shuffle(batch);
					batch.forEach((one) -> peer.sendLine(one + " answered"));
					batch.clear();
				}
			}
		});
				Gateway gateway = gateway(server, CORRELATED, "upstream.correlation.rewrite=true",
						"upstream.pool.max-connections=1")) {
			TestClient one = gateway.connect("x");
			TestClient two = gateway.connect("x");
			IntStream.range(0, 50).forEach((i) -> {
				// The same keys from both: only rewriting keeps them apart.
				one.sendLine("%04d of one".formatted(i));
				two.sendLine("%04d of two".formatted(i));
			});
			for (int i = 0; i < 50; i++) {
				assertThat(one.readLine()).isEqualTo("%04d of one answered".formatted(i));
				assertThat(two.readLine()).isEqualTo("%04d of two answered".formatted(i));
			}
			one.close();
			two.close();
		}
	}

	@Test
	void regexCorrelationRestoresKeysAndDropsWhatMatchesNothing() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("re=999999;nobody asked");
				peer.sendLine("re=" + line.substring(3, 9) + ";" + line);
			}
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", "crlf", server.address(), "mode=request-reply",
							"upstream.sharing=correlated", "upstream.correlation.regex-request=id=([0-9]{6});",
							"upstream.correlation.regex-reply=re=([0-9]{6});", "upstream.correlation.rewrite=true"));
				TestClient client = gateway.connect("x")) {
			client.sendLine("id=424242;hello");
			assertThat(client.readLine()).startsWith("re=424242;id=").endsWith(";hello");
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"unsolicited\",route=\"x\"}"))
				.isEqualTo(1);
			client.sendLine("no key");
			client.expectEof();
			client.close();
			assertThat(gateway.awaitClosure("x", Side.INBOUND).reason()).isEqualTo(CloseReason.BAD_FRAME);
		}
	}

	@Test
	void failedExchangeThrowsNoReplyAwayWhereTheirOrderIsFree() {
		CountDownLatch failed = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			List<String> lines = List.of(peer.readLine(), peer.readLine());
			failed.await();
			lines.reversed().forEach(peer::sendLine);
			peer.awaitEof();
		});
				Gateway gateway = gateway(server, CORRELATED, "upstream.correlation.ordered=false",
						"upstream.pool.max-connections=1", "upstream.pool.max-wait=300ms");
				TestClient client = gateway.connect("x")) {
			client.send("0001 one\r\n0002 two\r\n0001 its key is in use\r\n");
			Gateway.await("the last one to fail",
					() -> Optional.of(gateway.metric("framegate_frames_undelivered_total{route=\"x\"}"))
						.filter((count) -> count == 1));
			client.sendLine("0003 too late");
			failed.countDown();
			assertThat(client.readLine()).isEqualTo("0002 two");
			assertThat(client.readLine()).isEqualTo("0001 one");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.OVERLOAD);
			assertThat(closure.undelivered().frames()).isEqualTo(2);
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"client-gone\",route=\"x\"}")).isZero();
		}
	}

	@Test
	void replyThatCannotBeCarriedThrowsNoOtherAwayWhereTheirOrderIsFree() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			List<String> requests = Stream.generate(() -> new String(peer.readLength4(), StandardCharsets.UTF_8))
				.limit(3)
				.toList();
			peer.sendLength4((requests.get(1) + "\r\n").getBytes(StandardCharsets.UTF_8));
			peer.sendLength4(requests.get(0).getBytes(StandardCharsets.UTF_8));
			peer.sendLength4(requests.get(2).getBytes(StandardCharsets.UTF_8));
			peer.awaitEof();
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", "length4", server.address(), Gateway.all(CORRELATED,
							new String[] { "upstream.correlation.ordered=false", "upstream.pool.max-connections=1" })));
				TestClient client = gateway.connect("x")) {
			client.send("0001\r\n0002\r\n0003\r\n");
			assertThat(client.readLine()).isEqualTo("0001");
			assertThat(client.readLine()).isEqualTo("0003");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.FRAME_NOT_ENCODABLE);
			assertThat(closure.undelivered().frames()).isEqualTo(1);
		}
	}

	@Test
	void lateReplyNeverReachesTheNextRequest() {
		CountDownLatch late = new CountDownLatch(1);
		AtomicInteger connections = new AtomicInteger();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			boolean first = connections.getAndIncrement() == 0;
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (first) {
					late.await();
				}
				peer.sendLine("re " + line);
			}
		});
				Gateway gateway = gateway(server, EXCLUSIVE, "upstream.pool.max-connections=1", "timeouts.reply=300ms",
						"upstream.on-failure=reply", "upstream.on-failure-reply=sorry");
				TestClient client = gateway.connect("x")) {
			client.sendLine("one");
			assertThat(client.readLine()).isEqualTo("sorry");
			gateway.route("x").timeouts().set(Timeout.REPLY, Duration.ofMinutes(1));
			late.countDown();
			client.sendLine("two");
			assertThat(client.readLine()).isEqualTo("re two");
			Gateway.await("the late reply to be counted",
					() -> Optional.of(gateway.metric("framegate_replies_discarded_total{cause=\"late\",route=\"x\"}"))
						.filter((count) -> count == 1));
			assertThat(gateway.awaitClosure("x", Side.UPSTREAM).reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
		}
	}

	@Test
	void doubledReplyPoisonsItsConnection() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.send("re " + line + "\r\nre " + line + "\r\n");
			}
		}); Gateway gateway = gateway(server, EXCLUSIVE, "upstream.pool.max-connections=1")) {
			TestClient client = gateway.connect("x");
			for (int i = 0; i < 50; i++) {
				client.sendLine("request " + i);
				assertThat(client.readLine()).isEqualTo("re request " + i);
			}
			Gateway.await("the doubled replies to be counted",
					() -> Optional
						.of(gateway.metric("framegate_replies_discarded_total{cause=\"doubled\",route=\"x\"}"))
						.filter((count) -> count == 50));
			assertThat(gateway.closures("x")).filteredOn((closure) -> closure.side() == Side.UPSTREAM)
				.extracting(Closure::reason)
				.containsOnly(CloseReason.LATE_REPLY);
			client.close();
		}
	}

	@Test
	void failedExchangeClosesTheClientAfterEarlierReplies() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("bad")) {
					peer.send("hal");
					return;
				}
				peer.sendLine("re " + line);
			}
		});
				Gateway gateway = gateway(server, EXCLUSIVE, "upstream.pool.max-connections=1");
				TestClient client = gateway.connect("x")) {
			client.send("one\r\nbad\r\nnever\r\n");
			assertThat(client.readLine()).isEqualTo("re one");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.TRUNCATED_FRAME);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"half\",route=\"x\"}")).isEqualTo(1);
		}
	}

	@Test
	void refusingUpstreamIsToldAfterMaxWait() {
		try (Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", "127.0.0.1:" + TestPorts.refused(),
				"mode=request-reply", "upstream.pool.max-wait=300ms")); TestClient client = gateway.connect("x")) {
			client.sendLine("hello");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
			assertThat(closure.undelivered().frames()).isEqualTo(1);
		}
	}

	@Test
	void requestsSurviveAServerThatIsBackInTime() {
		int port = TestPorts.refused();
		try (Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", "127.0.0.1:" + port, EXCLUSIVE));
				TestClient client = gateway.connect("x")) {
			client.sendLine("hello");
			Gateway.await("a failed attempt", () -> gateway.closures("x").stream().findFirst());
			try (TestUpstream server = TestUpstream.handling(port, (peer) -> peer.sendLine("re " + peer.readLine()))) {
				assertThat(client.readLine()).isEqualTo("re hello");
			}
		}
	}

	@Test
	void oneWayFramesArriveInOrderAndNothingReturns() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.sendLine("ignored");
			peer.readAll();
		});
				Gateway gateway = gateway(server, new String[] { "mode=one-way" });
				TestClient client = gateway.connect("x")) {
			StringBuilder sent = new StringBuilder();
			for (int i = 0; i < 5000; i++) {
				sent.append("event ").append(i).append("\r\n");
			}
			client.send(sent.toString());
			client.halfClose();
			client.expectEof();
			Gateway.await("all events",
					() -> server.connections()
						.stream()
						.filter((peer) -> peer.receivedCount() == sent.length())
						.findFirst());
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(5000);
			assertThat(closure.undelivered().frames()).isZero();
		}
	}

	@Test
	void oneWayFramesThatNoServerTakesAreCounted() {
		try (Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", "127.0.0.1:" + TestPorts.refused(),
				"mode=one-way", "upstream.pool.max-wait=300ms")); TestClient client = gateway.connect("x")) {
			client.send("a\r\nb\r\nc\r\n");
			client.halfClose();
			// Nothing was written that it could lose: RST says that its frames are lost.
			client.expectReset();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
			assertThat(closure.undelivered().frames()).isEqualTo(3);
			assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"x\"}")).isEqualTo(3);
		}
	}

	@Test
	void binaryKeysAreRewrittenAndRestored() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (byte[] frame = peer.readLength4OrEof(); frame != null; frame = peer.readLength4OrEof()) {
				peer.sendLength4(frame);
			}
		});
				Gateway gateway = Gateway.start(Gateway.route("x", "length4", "length4", server.address(),
						"mode=request-reply", "upstream.sharing=correlated", "upstream.correlation.offset=2",
						"upstream.correlation.length=2", "upstream.correlation.rewrite=true"));
				TestClient client = gateway.connect("x")) {
			for (int i = 0; i < 300; i++) {
				byte[] frame = ByteBuffer.allocate(6)
					.putShort((short) 7)
					.putShort((short) i)
					.putShort((short) 9)
					.array();
				client.sendLength4(frame);
				assertThat(client.readLength4()).isEqualTo(frame);
			}
		}
	}

	@Test
	void deadClientsRequestsAreNotSent() throws Exception {
		CountDownLatch go = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				go.await();
				peer.sendLine(line);
			}
		}); Gateway gateway = gateway(server, EXCLUSIVE, "upstream.pool.max-connections=1")) {
			TestClient dead = gateway.connect("x");
			dead.send("one\r\ntwo\r\nthree\r\n");
			server.awaitConnections(1);
			Gateway.await("the first request to arrive, and the others to be read",
					() -> gateway.connections("x")
						.stream()
						.filter((connection) -> connection.framesIn() == 3)
						.filter((any) -> server.connections().getFirst().received().length == "one\r\n".length())
						.findFirst());
			dead.reset();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_RESET);
			assertThat(closure.undelivered().frames()).isEqualTo(2);
			go.countDown();
			try (TestClient client = gateway.connect("x")) {
				client.sendLine("four");
				assertThat(client.readLine()).isEqualTo("four");
			}
			assertThat(new String(server.connections().getFirst().received(), StandardCharsets.UTF_8))
				.isEqualTo("one\r\nfour\r\n");
		}
	}

}
