package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The keys of correlated links: which the gateway makes, and when one is free again.
 */
@Timeout(60)
class KeysTests {

	private static final String[] TRACE = { "upstream.correlation.regex-request=^ID=([0-9]+)",
			"upstream.correlation.regex-reply=^ID=([0-9]+)" };

	private static final String[] REWRITE = { "upstream.correlation.rewrite=true" };

	private static Gateway gateway(TestUpstream server, int links, String[]... more) {
		String[] settings = { "mode=request-reply", "upstream.sharing=correlated",
				"upstream.pool.max-connections=" + links };
		return Gateway.start(
				Gateway.route("x", "crlf", "crlf", server.address(), Gateway.all(settings, TRACE, Gateway.all(more))));
	}

	private static String ask(TestClient client, String request) {
		client.sendLine(request);
		return client.readLine();
	}

	@Test
	void keysGoOnOverLinksLoopsAndReconnects() {
		List<String> seen = new CopyOnWriteArrayList<>();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.endsWith("bye")) {
					return;
				}
				seen.add(line.substring(3, 9));
				peer.sendLine(line);
			}
		});
				Gateway gateway = gateway(server, 4, REWRITE,
						new String[] { "upstream.correlation.key-range=1-5000", "timeouts.reply=10m",
								"upstream.pool.max-wait=1m", "upstream.on-failure=reply",
								"upstream.on-failure-reply=sorry" })) {
			server.awaitConnections(4);
			List<TestClient> clients = IntStream.range(0, 4).mapToObj((i) -> gateway.connect("x")).toList();
			for (int round = 0; round < 5; round++) {
				for (TestClient client : clients) {
					for (int i = 0; i < 10; i++) {
						assertThat(ask(client, "ID=000001;hello " + i)).isEqualTo("ID=000001;hello " + i);
					}
				}
				int links = server.connections().size();
				for (TestClient client : clients) {
					assertThat(ask(client, "ID=000001;bye")).isEqualTo("sorry");
				}
				server.awaitConnections(links + 1);
			}
			clients.forEach(TestClient::close);
			assertThat(seen).hasSize(200).doesNotHaveDuplicates();
			assertThat(seen).allSatisfy((key) -> assertThat(Integer.parseInt(key)).isBetween(1, 5000));
		}
	}

	@Test
	void rangeThatIsUsedUpRestsForTheReplyTime() {
		List<String> seen = new CopyOnWriteArrayList<>();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				seen.add(line.substring(3, 9));
				peer.sendLine(line);
			}
		});
				Gateway gateway = gateway(server, 2, REWRITE,
						new String[] { "upstream.correlation.key-range=1-8", "timeouts.reply=10m",
								"upstream.pool.max-wait=1m" });
				TestClient client = gateway.connect("x").within(Duration.ofSeconds(30))) {
			for (int i = 0; i < 8; i++) {
				assertThat(ask(client, "ID=123456;" + i)).isEqualTo("ID=123456;" + i);
			}
			client.sendLine("ID=123456;one too many");
			Gateway.await("it to be read",
					() -> gateway.connections("x").stream().filter((one) -> one.framesIn() == 9).findFirst());
			assertThat(seen).hasSize(8).doesNotHaveDuplicates();
			// Without a limit there is no time to rest for.
			gateway.route("x").timeouts().set(io.framegate.timeout.Timeout.REPLY, Duration.ZERO);
			assertThat(client.readLine()).isEqualTo("ID=123456;one too many");
			assertThat(seen).hasSize(9).last().isEqualTo(seen.getFirst());
		}
	}

	@Test
	void keysNeverEndAFrameWhereverTheyStand() {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(),
						"mode=request-reply", "upstream.sharing=correlated", "upstream.pool.max-connections=1",
						"upstream.correlation.offset=0", "upstream.correlation.length=1",
						"upstream.correlation.rewrite=true"));
				TestClient client = gateway.connect("x").within(Duration.ofSeconds(20))) {
			for (int i = 0; i < 300; i++) {
				// With CR for a key, the frame would end before it has begun.
				assertThat(ask(client, "A\n" + i)).isEqualTo("A\n" + i);
			}
		}
	}

	@Test
	void manyThatWaitForTheFewKeysThereAreGetOneEach() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			while (true) {
				List<byte[]> batch = new ArrayList<>();
				while (batch.size() < 250) {
					batch.add(peer.readLength4());
				}
				batch.forEach(peer::sendLength4);
			}
		});
				Gateway gateway = Gateway.start(Gateway.route("x", "length4", "length4", server.address(),
						"mode=request-reply", "upstream.sharing=correlated", "upstream.pool.max-connections=1",
						"upstream.pool.max-wait=1m", "upstream.correlation.offset=0", "upstream.correlation.length=1",
						"upstream.correlation.rewrite=true"))) {
			List<TestClient> clients = IntStream.range(0, 500)
				.mapToObj((i) -> gateway.connect("x").within(Duration.ofSeconds(30)))
				.toList();
			for (int round = 0; round < 2; round++) {
				for (int i = 0; i < 500; i++) {
					clients.get(i).sendLength4(("A" + i).getBytes(StandardCharsets.UTF_8));
				}
				for (int i = 0; i < 500; i++) {
					assertThat(clients.get(i).readLength4()).asString().isEqualTo("A" + i);
				}
			}
			clients.forEach(TestClient::close);
		}
	}

	@Test
	void requestThatWaitsForItsKeyIsToldSo() {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = gateway(server, 1,
						new String[] { "upstream.pool.max-wait=200ms", "timeouts.drain=200ms" });
				TestClient first = gateway.connect("x");
				TestClient second = gateway.connect("x")) {
			first.sendLine("ID=000001;one");
			Gateway.await("the first request upstream",
					() -> server.connections().stream().filter((peer) -> peer.receivedCount() > 0).findAny());
			second.sendLine("ID=000001;two");
			second.expectEof();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.OVERLOAD);
			assertThat(closure.detail())
				.startsWith("not sent within pool.max-wait (200ms): an earlier request has the same");
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 13));
		}
	}

	@Test
	void routeWithShortKeysRecoversFromLostReplies() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (!line.endsWith("lost")) {
					peer.sendLine(line);
				}
			}
		});
				Gateway gateway = gateway(server, 1, REWRITE,
						new String[] { "timeouts.reply=500ms", "upstream.on-failure=reply",
								"upstream.on-failure-reply=sorry" });
				TestClient client = gateway.connect("x").within(Duration.ofSeconds(30))) {
			for (int i = 0; i < 10; i++) {
				client.sendLine("ID=%d;lost".formatted(i));
			}
			for (int i = 0; i < 10; i++) {
				assertThat(client.readLine()).isEqualTo("sorry");
			}
			// Each key rests as long as its reply may still come.
			String answer = Gateway.await("a key to be free",
					() -> Optional.of(ask(client, "ID=1;good")).filter((reply) -> !reply.equals("sorry")));
			assertThat(answer).isEqualTo("ID=1;good");
			assertThat(server.connections()).hasSize(1);
		}
	}

	@Test
	void keyThatWasGivenUpIsFreedForWhoeverWaits() {
		CountDownLatch go = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> serve(peer, go));
				Gateway gateway = gateway(server, 1,
						new String[] { "timeouts.reply=1s", "timeouts.drain=1s", "upstream.pool.max-wait=1m",
								"upstream.on-failure=reply", "upstream.on-failure-reply=sorry" });
				TestClient one = gateway.connect("x").within(Duration.ofSeconds(30));
				TestClient two = gateway.connect("x").within(Duration.ofSeconds(30));
				TestClient three = gateway.connect("x").within(Duration.ofSeconds(30))) {
			assertThat(ask(one, "ID=1;lost")).isEqualTo("sorry");
			gateway.route("x").timeouts().set(io.framegate.timeout.Timeout.REPLY, Duration.ofMinutes(10));
			three.sendLine("ID=3;slow");
			Gateway.await("it to be under way",
					() -> gateway.connections("x")
						.stream()
						.filter((each) -> each.side() == Side.UPSTREAM && each.handler().inFlight() == 1)
						.findFirst());
			// The first in the queue waits for a key in use, the second for one given up.
			two.send("ID=3;after\r\n");
			Gateway.await("it to be read",
					() -> gateway.connections("x")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.framesIn() == 1 && each.local() != null
								&& each.remote().getPort() == two.localPort())
						.findFirst());
			assertThat(ask(one, "ID=1;good")).isEqualTo("ID=1;good");
			go.countDown();
			assertThat(three.readLine()).isEqualTo("ID=3;slow");
			assertThat(two.readLine()).isEqualTo("ID=3;after");
		}
	}

	private static void serve(Peer peer, CountDownLatch go) throws InterruptedException {
		peer.within(Duration.ofMinutes(1));
		List<Thread> slow = new ArrayList<>();
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			String asked = line;
			if (line.endsWith("slow")) {
				slow.add(Thread.ofVirtual().start(() -> {
					try {
						go.await();
						peer.sendLine(asked);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}));
			}
			else if (!line.endsWith("lost")) {
				peer.sendLine(line);
			}
		}
		for (Thread thread : slow) {
			thread.join();
		}
	}

}
