package io.framegate.relay;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import io.framegate.connection.CloseReason;
import io.framegate.connection.Closure;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What still goes either way when one direction has ended. A route for each case, all in
 * one gateway.
 */
class HalfCloseTests {

	private static final int LINES = 1500;

	private static final CountDownLatch READ = new CountDownLatch(1);

	/** Answers FIN with twelve megabytes. */
	private static final TestUpstream LONG = TestUpstream.handling((peer) -> {
		peer.readAll();
		for (int i = 0; i < LINES; i++) {
			peer.send(line());
		}
	});

	/** Sends FIN first and reads later. */
	private static final TestUpstream BYE = TestUpstream.handling((peer) -> {
		peer.sendLine("bye");
		peer.halfClose();
		READ.await();
		peer.readAll();
	});

	private static final int FAST = 32 * 1024 * 1024;

	private static final CountDownLatch READ_ON = new CountDownLatch(1);

	/** Reads much, so that receive buffers grow, and then nothing for a while. */
	private static final TestUpstream STALLING = TestUpstream.handling((peer) -> {
		peer.within(Duration.ofSeconds(30)).readExactly(FAST);
		READ_ON.await();
		peer.readAll();
	});

	/** Sends FIN first and reads on. */
	private static final TestUpstream BRIEF = TestUpstream.handling((peer) -> {
		peer.halfClose();
		peer.readAll();
	});

	/** Never answers, and keeps its side open. */
	private static final TestUpstream SILENT = TestUpstream.silent();

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		gateway = Gateway.start(List.of(Busy.class),
				Gateway.all(Gateway.route("long", "crlf", "crlf", LONG.address()),
						Gateway.route("bye", "crlf", "crlf", BYE.address()),
						Gateway.route("busy", "crlf", "crlf", BRIEF.address(), "handler=blocking"),
						Gateway.route("stalling", "crlf", "crlf", STALLING.address()),
						Gateway.route("reset", "crlf", "crlf", SILENT.address(), "timeouts.drain=300ms"),
						Gateway.route("lost", "crlf", "crlf", SILENT.address(), "timeouts.write=1s")));
	}

	private static byte[] line() {
		byte[] line = new byte[8 * 1024];
		Arrays.fill(line, (byte) 'x');
		line[line.length - 2] = '\r';
		line[line.length - 1] = '\n';
		return line;
	}

	/**
	 * Waits until a connection's peer takes nothing more.
	 */
	private static FrameConnection awaitStuck(String route, Side side) {
		AtomicLong taken = new AtomicLong();
		AtomicLong since = new AtomicLong();
		return Gateway.await("full buffers",
				() -> gateway.connections(route)
					.stream()
					.filter((connection) -> connection.side() == side)
					.filter((connection) -> {
						if (connection.bytesOut() != taken.getAndSet(connection.bytesOut())) {
							since.set(System.nanoTime());
						}
						return connection.pendingBytes() > 0 && System.nanoTime() - since.get() > 100_000_000;
					})
					.findFirst());
	}

	@AfterAll
	static void stop() {
		gateway.close();
		List.of(LONG, BYE, STALLING, BRIEF, SILENT).forEach(TestUpstream::close);
	}

	@Test
	void slowClientGetsAllOfALongAnswer() {
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("long"), 8 * 1024)) {
			client.sendLine("hello");
			client.halfClose();
			awaitStuck("long", Side.INBOUND);
			assertThat(client.within(Duration.ofSeconds(30)).readAll()).hasSize(LINES * 8 * 1024);
		}
		Closure closure = gateway.awaitClosure("long", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
		assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
		assertThat(closure.framesOut()).isEqualTo(LINES);
	}

	@Test
	void slowUpstreamGetsAllThatComesAfterItsFin() {
		try (TestClient client = gateway.connect("bye")) {
			assertThat(client.readLine()).isEqualTo("bye");
			client.expectEof();
			Gateway.await("our FIN",
					() -> gateway.connections("bye")
						.stream()
						.filter((connection) -> connection.state() == ConnectionState.WRITE_CLOSED)
						.findFirst());
			Thread sending = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < LINES; i++) {
					client.within(Duration.ofSeconds(30)).send(line());
				}
				client.halfClose();
			});
			awaitStuck("bye", Side.UPSTREAM);
			READ.countDown();
			Gateway.await("the end", () -> Optional.of(sending).filter((thread) -> !thread.isAlive()));
			BYE.awaitEnded();
			assertThat(BYE.receivedCount()).isEqualTo(LINES * 8L * 1024);
			assertThat(gateway.awaitClosure("bye", Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		}
	}

	@Test
	void whatComesBeforeFinStaysInTheKernelWhileTheUpstreamIsBehind() {
		try (TestClient client = gateway.connect("stalling")) {
			for (int i = 0; i < FAST; i += line().length) {
				client.send(line());
			}
			FrameConnection connection = Gateway
				.await("all that is read", () -> Optional
					.of(gateway.connections("stalling").stream().filter((one) -> one.side() == Side.INBOUND).toList())
					.filter((all) -> STALLING.receivedCount() == FAST))
				.getFirst();
			long sent = FAST;
			// Not reading for a moment says nothing on a busy machine; taking nothing for
			// half a second does.
			FrameConnection upstream = java.util.Objects.requireNonNull(connection.peer());
			while (!isStuck(upstream)) {
				client.send(line());
				sent += line().length;
			}
			long before = connection.bytesIn();
			for (int i = 0; i < 128; i++) {
				client.send(line());
				sent += line().length;
			}
			client.halfClose();
			Endings.awaitMillis(300);
			assertThat(connection.bytesIn() - before).isLessThan(256 * 1024);
			READ_ON.countDown();
			client.expectEof();
			assertThat(STALLING.receivedCount()).isEqualTo(sent);
		}
		Closure closure = gateway.awaitClosure("stalling", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
		assertThat(closure.undelivered().frames()).isZero();
	}

	/**
	 * Whether the gateway reads what was sent within 50 ms.
	 */
	private static boolean isStuck(FrameConnection upstream) {
		if (upstream.isWritable()) {
			return false;
		}
		long taken = upstream.bytesOut();
		Endings.awaitMillis(500);
		return !upstream.isWritable() && upstream.bytesOut() == taken;
	}

	@Test
	void resetAfterFinIsNoticed() {
		try (TestClient client = gateway.connect("reset")) {
			client.sendLine("hello");
			client.halfClose();
			Gateway.await("our FIN upstream",
					() -> gateway.connections("reset")
						.stream()
						.filter((connection) -> connection.state() == ConnectionState.WRITE_CLOSED)
						.findFirst());
			client.reset();
		}
		Closure closure = gateway.awaitClosure("reset", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_RESET);
		assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
		assertThat(closure.detail()).isEqualTo("Connection reset by peer");
	}

	private static void sendForEver(TestClient client) {
		try {
			while (true) {
				client.send(line());
			}
		}
		catch (UncheckedIOException ex) {
			// The end of it.
		}
	}

	@Test
	void framesReadWhileTheUpstreamIsBehindAreCountedWhenTheClientResets() {
		try (TestClient client = gateway.connect("lost")) {
			Thread.ofVirtual().start(() -> sendForEver(client));
			awaitStuck("lost", Side.UPSTREAM);
			client.reset();
		}
		Closure inbound = gateway.awaitClosure("lost", Side.INBOUND);
		assertThat(inbound.reason()).isEqualTo(CloseReason.INBOUND_RESET);
		assertThat(inbound.framesIn()).isEqualTo(inbound.bytesIn() / line().length);
		Closure upstream = gateway.awaitClosure("lost", Side.UPSTREAM);
		double undelivered = gateway.metric("framegate_frames_undelivered_total{route=\"lost\"}");
		assertThat(inbound.framesIn() - upstream.framesOut()).isEqualTo((long) undelivered);
	}

	@Test
	void bothFinsBeforeAHandlerIsDoneLeaveNothingBehind() {
		try (TestClient client = gateway.connect("busy")) {
			client.sendLine("hello");
			client.halfClose();
			client.expectEof();
			gateway.bean(Busy.class).done.countDown();
			gateway.awaitNoConnections("busy");
		}
		assertThat(BRIEF.connections().getFirst().received()).asString().isEqualTo("hello\r\n");
		assertThat(gateway.closures("busy")).hasSize(2)
			.allMatch((closure) -> closure.reason() == CloseReason.UPSTREAM_EOF)
			.allMatch((closure) -> closure.undelivered().frames() == 0);
	}

	@Configuration(proxyBeanMethods = false)
	static class Busy {

		final CountDownLatch done = new CountDownLatch(1);

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.busy.request")
		ChannelInterceptor waiting() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					try {
						Busy.this.done.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					return message;
				}
			};
		}

	}

}
