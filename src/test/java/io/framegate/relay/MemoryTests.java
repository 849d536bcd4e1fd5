package io.framegate.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.MemoryBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What peers can have the gateway hold is bounded, over all connections, whatever they
 * do; others are served meanwhile, and afterwards all is as before.
 */
class MemoryTests {

	private static final int LIMIT = 4 << 20;

	private static final String[] COMMON = { "framegate.memory.limit=4MB", "framegate.defaults.timeouts.drain=1s",
			"framegate.defaults.timeouts.reply=2s", "framegate.defaults.timeouts.write=5s" };

	@Test
	void partialFramesOfManyClientsStayWithinTheLimit() {
		try (TestUpstream server = TestUpstream.length4Echo();
				Gateway gateway = start(Gateway.route("held", "length4", "length4", server.address()),
						Gateway.route("other", "length4", "length4", server.address()));
				TestClient other = gateway.connect("other")) {
			assertEchoes(other);
			List<SocketChannel> crowd = new ArrayList<>();
			for (int i = 0; i < 150; i++) {
				crowd.add(connect(gateway.port("held")));
			}
			Gateway.await("sessions", () -> found(gateway.route("held").metrics().active(Side.UPSTREAM) == 150));
			crowd.forEach((one) -> sendWithoutWaiting(one, 64 * 1024, 60_000));
			Gateway.await("refusals", () -> {
				TestClient.connect(gateway.port("other")).close();
				return found(
						gateway.metric("framegate_accepts_refused_total{reason=\"overload\",route=\"other\"}") > 0);
			});
			assertEchoes(other);
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(LIMIT + LIMIT / 4);
			Closure ended = Gateway.await("the biggest to end",
					() -> gateway.closures("held")
						.stream()
						.filter((one) -> one.reason() == CloseReason.OVERLOAD && one.side() == Side.INBOUND)
						.findFirst());
			assertThat(ended.detail()).contains("memory");
			assertEchoes(other);
			crowd.forEach(MemoryTests::close);
			gateway.awaitNoConnections("held");
			assertRecovers(gateway);
		}
	}

	@Test
	void frameForWhichThereIsNeverEnoughMemoryEndsItsConnection() {
		try (TestUpstream server = TestUpstream.length4Echo();
				Gateway gateway = start(
						Gateway.route("held", "length4", "length4", server.address(), "listen.max-frame-size=64MB",
								"upstream.max-frame-size=64MB"),
						Gateway.route("other", "length4", "length4", server.address()));
				SocketChannel client = connect(gateway.port("held"))) {
			Thread sender = Thread.ofVirtual().start(() -> sendUntilItFails(client, 60 << 20));
			Closure ended = gateway.awaitClosure("held", Side.INBOUND);
			assertThat(ended.reason()).isEqualTo(CloseReason.OVERLOAD);
			assertThat(ended.partialFrameBytes()).isBetween(1 << 20, LIMIT);
			join(sender);
			assertRecovers(gateway);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "correlated" })
	void repliesBehindASlowOneAllComeAndFewAreHeld(String sharing) {
		int count = 101;
		CountDownLatch slow = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			while (true) {
				byte[] request = peer.readLength4OrEof();
				if (request == null) {
					return;
				}
				if (number(request) == 0) {
					Thread.ofVirtual().start(() -> {
						await(slow);
						answer(peer, request, 4);
					});
				}
				else {
					answer(peer, request, 400_000);
				}
			}
		});
				Gateway gateway = start(
						Gateway.route("held", "length4", "length4", server.address(), "mode=request-reply",
								"upstream.sharing=" + sharing, "upstream.max-frame-size=1MB",
								"upstream.correlation.offset=0", "upstream.correlation.length=4"),
						Gateway.route("other", "length4", "length4", server.address()));
				TestClient client = gateway.connect("held")) {
			ByteBuffer requests = ByteBuffer.allocate(8 * count);
			for (int i = 0; i < count; i++) {
				requests.putInt(4).putInt(i);
			}
			client.send(requests.array());
			Gateway.await("replies to be held", () -> found(gateway.bean(MemoryBudget.class).used() > 400_000));
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(LIMIT);
			slow.countDown();
			for (int i = 0; i < count; i++) {
				assertThat(number(client.readLength4())).isEqualTo(i);
			}
			client.halfClose();
			client.expectEof();
			assertRecovers(gateway);
			assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"held\"}")).isZero();
		}
	}

	@Test
	void repliesForWhichThereIsNoMemoryEndTheirClientAlone() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (byte[] request = peer.readLength4OrEof(); request != null; request = peer.readLength4OrEof()) {
				if (number(request) == 0) {
					continue;
				}
				answer(peer, request, (number(request) < 1000) ? 900_000 : 4);
			}
		});
				Gateway gateway = start(Gateway.route("held", "length4", "length4", server.address(),
						"mode=request-reply", "upstream.sharing=correlated", "upstream.max-frame-size=1MB",
						"upstream.correlation.offset=0", "upstream.correlation.length=4"));
				TestClient other = gateway.connect("held");
				TestClient client = gateway.connect("held")) {
			// Short replies first: the client's long ones are not expected.
			for (int i = 1000; i < 1100; i++) {
				client.sendLength4(ByteBuffer.allocate(4).putInt(i).array());
				assertThat(number(client.readLength4())).isEqualTo(i);
			}
			for (int i = 0; i < 100; i++) {
				client.sendLength4(ByteBuffer.allocate(4).putInt(i).array());
			}
			client.readAll();
			other.sendLength4(ByteBuffer.allocate(4).putInt(2000).array());
			assertThat(number(other.readLength4())).isEqualTo(2000);
			other.close();
			assertRecovers(gateway);
		}
	}

	/** A frame that there was no memory for must not look as if it had never been. */
	@Test
	void nothingIsWrittenAfterAFrameForWhichThereIsNoMemory() {
		int large = 1_000_000;
		byte[] frames = ByteBuffer.allocate(4 + large + 4 + 1).putInt(large).put(new byte[large]).putInt(1).array();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readExactly(1);
			peer.send(frames);
			peer.readAll();
		});
				Gateway gateway = start(
						Gateway.route("held", "length4", "length4", server.address(), "upstream.max-frame-size=1MB"))) {
			MemoryBudget budget = gateway.bean(MemoryBudget.class);
			String detail = "not enough memory for a frame of 1000000 bytes";
			boolean refused = false;
			for (int taken = 0; !refused && taken < LIMIT; taken += LIMIT / 16) {
				try (SocketChannel client = connect(gateway.port("held"))) {
					assertThat(budget.tryReserve(taken)).isTrue();
					client.write(ByteBuffer.allocate(5).putInt(0, 1));
					assertThat(readToTheEnd(client, large + 9)).isIn(0, large + 9);
					close(client);
					gateway.awaitNoConnections("held");
				}
				finally {
					budget.release(taken);
				}
				assertRecovers(gateway);
				refused = gateway.closures("held").stream().anyMatch((one) -> one.detail().equals(detail));
			}
			assertThat(refused).isTrue();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Reads until so much has come, or the connection ends. */
	private static int readToTheEnd(SocketChannel client, int most) {
		ByteBuffer bytes = ByteBuffer.allocate(most);
		try {
			while (bytes.hasRemaining() && client.read(bytes) >= 0) {
				// More may come.
			}
		}
		catch (IOException ex) {
			// It was ended.
		}
		return bytes.position();
	}

	@Test
	void requestsQueuedForAHungServerStayWithinTheLimit() {
		try (TestUpstream hung = TestUpstream.silent();
				TestUpstream server = TestUpstream.length4Echo();
				Gateway gateway = start(
						Gateway.route("held", "length4", "length4", hung.address(), "mode=request-reply",
								"listen.max-frame-size=1MB", "upstream.max-frame-size=1MB"),
						Gateway.route("other", "length4", "length4", server.address()));
				TestClient other = gateway.connect("other")) {
			assertEchoes(other);
			List<SocketChannel> crowd = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				crowd.add(connect(gateway.port("held")));
			}
			List<Thread> senders = crowd.stream()
				.map((one) -> Thread.ofVirtual().start(() -> sendUntilItFails(one, 300_000)))
				.toList();
			Gateway.await("an end for lack of memory",
					() -> gateway.closures("held")
						.stream()
						.filter((one) -> one.reason() == CloseReason.OVERLOAD && one.detail().contains("memory"))
						.findFirst());
			assertEchoes(other);
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(LIMIT + LIMIT / 2);
			crowd.forEach(MemoryTests::close);
			senders.forEach(MemoryTests::join);
			assertRecovers(gateway);
		}
	}

	@Test
	void readersThatStopHoldNoMoreThanTheLimit() {
		byte[] frames = "some hundred bytes ".repeat(5).concat("\0").repeat(600).getBytes(StandardCharsets.UTF_8);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readExactly(1);
			for (int i = 0; i < 100; i++) {
				peer.send(frames);
			}
			peer.readAll();
		});
				TestUpstream echo = TestUpstream.length4Echo();
				Gateway gateway = start(Gateway.route("held", "nul", "nul", server.address(), "timeouts.write=0s"),
						Gateway.route("other", "length4", "length4", echo.address()));
				TestClient other = gateway.connect("other")) {
			assertEchoes(other);
			List<SocketChannel> crowd = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				SocketChannel client = connect(gateway.port("held"));
				crowd.add(client);
				write(client, ByteBuffer.wrap(new byte[] { 0 }));
			}
			Gateway.await("output to be held", () -> found(gateway.bean(MemoryBudget.class).used() > LIMIT / 2));
			assertEchoes(other);
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(LIMIT + LIMIT / 2);
			crowd.forEach(MemoryTests::close);
			assertRecovers(gateway);
		}
	}

	@Test
	void blockingHandlerGetsFewLargeFramesAtOnce() {
		try (TestUpstream hung = TestUpstream.silent();
				Gateway gateway = start(
						Gateway.route("held", "length4", "length4", hung.address(), "handler=blocking",
								"listen.max-frame-size=1MB", "upstream.max-frame-size=1MB"),
						Gateway.route("other", "length4", "length4", hung.address()))) {
			SocketChannel client = connect(gateway.port("held"));
			Thread sender = Thread.ofVirtual().start(() -> {
				while (sendUntilItFails(client, 500_000)) {
					// The next one.
				}
			});
			// What they hold may be too much already when this looks.
			Gateway.await("frames to be held", () -> found(
					gateway.bean(MemoryBudget.class).used() > 500_000 || !gateway.closures("held").isEmpty()));
			close(client);
			join(sender);
			assertRecovers(gateway);
		}
	}

	private static Gateway start(String[]... routes) {
		return Gateway.start(Gateway.all(Gateway.all(routes), COMMON));
	}

	private static void assertRecovers(Gateway gateway) {
		Gateway.await("memory to be free", () -> found(gateway.bean(MemoryBudget.class).used() == 0));
		assertThat(gateway.metric("framegate_memory_used_bytes")).isZero();
		assertThat(gateway.metric("framegate_memory_limit_bytes")).isEqualTo(LIMIT);
		Gateway.await("new connections", () -> found(!gateway.bean(MemoryBudget.class).isOverloaded()));
	}

	private static void assertEchoes(TestClient client) {
		client.sendLength4(new byte[] { 1, 2, 3 });
		assertThat(client.readLength4()).containsExactly(1, 2, 3);
	}

	private static void answer(Peer peer, byte[] request, int size) {
		byte[] reply = ByteBuffer.allocate(size).put(request).array();
		synchronized (peer) {
			peer.sendLength4(reply);
		}
	}

	private static int number(byte[] frame) {
		return ByteBuffer.wrap(frame).getInt();
	}

	private static Optional<Boolean> found(boolean now) {
		return now ? Optional.of(true) : Optional.empty();
	}

	private static SocketChannel connect(int port) {
		try {
			SocketChannel client = SocketChannel.open();
			client.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
			client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return client;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void sendWithoutWaiting(SocketChannel client, int announced, int sent) {
		try {
			client.configureBlocking(false);
			client.write(ByteBuffer.allocate(4 + sent).putInt(0, announced));
		}
		catch (IOException ex) {
			// It was ended.
		}
	}

	private static boolean sendUntilItFails(SocketChannel client, int payload) {
		return write(client, ByteBuffer.allocate(4 + payload).putInt(0, payload));
	}

	private static boolean write(SocketChannel client, ByteBuffer bytes) {
		try {
			while (bytes.hasRemaining()) {
				client.write(bytes);
			}
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void close(SocketChannel client) {
		try {
			client.setOption(StandardSocketOptions.SO_LINGER, 0);
			client.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
