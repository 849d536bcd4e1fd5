package io.framegate.relay;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What still goes either way when one direction has ended.
 */
class HalfCloseTests {

	private static final int LINES = 1500;

	/** What a kernel gives to one connection in any case. */
	private static final int ROOM = 208 * 1024;

	private static final ChannelOption<Integer> WINDOW = new IntegerUnixChannelOption("TCP_WINDOW_CLAMP", 6, 10);

	/** The state of a socket that has received FIN, in TCP_INFO. */
	private static final int CLOSE_WAIT = 8;

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().beans(Busy.class).start();
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

	@Test
	void slowClientGetsAllOfALongAnswer() {
		TestUpstream longAnswer = this.servers.handling((peer) -> {
			peer.readAll();
			for (int i = 0; i < LINES; i++) {
				peer.send(line());
			}
		});
		gateway.configure(route("long").to(longAnswer));
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
		CountDownLatch read = new CountDownLatch(1);
		TestUpstream bye = this.servers.handling((peer) -> {
			peer.sendLine("bye");
			peer.halfClose();
			read.await();
			peer.readAll();
		});
		try (TestClient client = gateway.connect(route("bye").to(bye))) {
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
			read.countDown();
			Gateway.await("the end", () -> Optional.of(sending).filter((thread) -> !thread.isAlive()));
			bye.awaitEnded();
			assertThat(bye.receivedCount()).isEqualTo(LINES * 8L * 1024);
			assertThat(gateway.awaitClosure("bye", Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		}
	}

	@Test
	void whatComesBeforeFinStaysInTheKernelWhileTheUpstreamIsBehind() {
		TestUpstream sink = this.servers.sink();
		try (TestClient client = gateway.connect(route("behind").to(sink))) {
			FrameConnection connection = Gateway.await("a session",
					() -> gateway.connections("behind")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.peer() != null)
						.findFirst());
			Assumptions.assumeTrue(connection.channel() instanceof EpollSocketChannel, "native sockets");
			EpollSocketChannel channel = (EpollSocketChannel) connection.channel();
			connection.loop().eventLoop().submit(() -> {
				connection.pause();
				// Room in the kernel for all that comes.
				channel.config().setOption(ChannelOption.SO_RCVBUF, ROOM);
				channel.config().setOption(WINDOW, ROOM);
			}).syncUninterruptibly();
			int lines = 20;
			for (int i = 0; i < lines; i++) {
				client.send(line());
			}
			client.halfClose();
			Gateway.await("FIN in the kernel",
					() -> Optional.of(channel.tcpInfo().state()).filter((state) -> state == CLOSE_WAIT));
			// The loop has been told of FIN when it has looked at its sockets once more.
			connection.loop().eventLoop().schedule(() -> {
			}, 100, TimeUnit.MILLISECONDS).syncUninterruptibly();
			assertThat(connection.bytesIn()).isLessThanOrEqualTo(2 * 64 * 1024);
			connection.execute(connection::resume);
			client.expectEof();
			assertThat(sink.receivedCount()).isEqualTo(lines * line().length);
		}
		Closure closure = gateway.awaitClosure("behind", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
		assertThat(closure.undelivered().frames()).isZero();
	}

	private static void awaitFinUpstream(String route) {
		Gateway.await("our FIN upstream",
				() -> gateway.connections(route)
					.stream()
					.filter((connection) -> connection.state() == ConnectionState.WRITE_CLOSED)
					.findFirst());
	}

	@Test
	@NeedsNativeSockets("report a reset after FIN")
	void resetAfterFinIsNoticed() {
		try (TestClient client = gateway
			.connect(route("reset").with("timeouts.drain=300ms").to(this.servers.silent()))) {
			client.sendLine("hello");
			client.halfClose();
			awaitFinUpstream("reset");
			client.reset();
		}
		Closure closure = gateway.awaitClosure("reset", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_RESET);
		assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
		assertThat(closure.detail()).isEqualTo("Connection reset by peer");
	}

	/** A server that is slow was reset when it had answered with 1 MiB. */
	@Test
	@NeedsNativeSockets("report a reset after FIN")
	void whatAClientThatIsGoneHasSentReachesItsServer() {
		CountDownLatch gone = new CountDownLatch(1);
		AtomicLong read = new AtomicLong();
		TestUpstream slow = this.servers.handling((peer) -> {
			gone.await();
			while (peer.readLineOrEof() != null) {
				read.incrementAndGet();
				peer.send(line());
			}
		});
		try (TestClient client = gateway.connect(route("gone").with("timeouts.drain=30s").to(slow))) {
			client.send("hello\r\n".repeat(LINES));
			client.halfClose();
			awaitFinUpstream("gone");
			client.reset();
		}
		assertThat(gateway.awaitClosure("gone", Side.INBOUND).reason()).isEqualTo(CloseReason.INBOUND_RESET);
		gone.countDown();
		Closure upstream = gateway.awaitClosure("gone", Side.UPSTREAM);
		assertThat(upstream.reason()).isEqualTo(CloseReason.INBOUND_RESET);
		assertThat(upstream.bytesIn()).isEqualTo((long) LINES * 8 * 1024);
		assertThat(read).hasValue(LINES);
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
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void framesReadWhileTheUpstreamIsBehindAreCountedWhenTheClientResets() {
		try (TestClient client = gateway.connect(route("lost").with("timeouts.write=1s").to(this.servers.silent()))) {
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
		TestUpstream brief = this.servers.handling((peer) -> {
			peer.halfClose();
			peer.readAll();
		});
		try (TestClient client = gateway.connect(route("busy").with("handler=blocking").to(brief))) {
			client.sendLine("hello");
			client.halfClose();
			client.expectEof();
			gateway.bean(Busy.class).done.countDown();
			gateway.awaitNoConnections("busy");
		}
		assertThat(brief.connections().getFirst().received()).asString().isEqualTo("hello\r\n");
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
