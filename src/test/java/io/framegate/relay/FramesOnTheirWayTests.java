package io.framegate.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestLoops;
import io.framegate.transport.Transport;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames that are neither here nor there when a connection ends: in a handler, in a
 * framing bean, on their way out. Each is delivered or counted.
 */
class FramesOnTheirWayTests {

	private static final int FRAMES = 40;

	@ParameterizedTest
	@CsvSource({ "session, crlf", "one-way, crlf", "session, bean:held", "one-way, bean:held" })
	void framesBeforeAResetThatAHandlerOrFramingStillHas(String mode, String framing) {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = Gateway.start(List.of(Held.class), Gateway.route("s", framing, "lf", server.address(),
						"mode=" + mode, "handler=" + (framing.equals("crlf") ? "blocking" : "fast")))) {
			try (TestClient client = gateway.connect("s")) {
				client.send(lines("\r\n"));
				Gateway.await("everything read",
						() -> gateway.connections("s")
							.stream()
							.filter((one) -> one.side() == Side.INBOUND && one.bytesIn() == lines("\r\n").length())
							.findFirst());
				client.reset();
			}
			gateway.bean(Held.class).go.countDown();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_RESET);
			assertThat(closure.framesIn()).isEqualTo(FRAMES);
			assertThat(closure.undelivered().frames()).isZero();
			Gateway.await("all frames upstream",
					() -> Optional.of(server.receivedCount()).filter((count) -> count == lines("\n").length()));
			assertThat(undelivered(gateway)).isEqualTo(0);
		}
	}

	@Test
	void framesThatABlockedHandlerNeverGets() {
		try (TestUpstream server = TestUpstream.sink();
				Gateway gateway = Gateway.start(List.of(Held.class),
						Gateway.route("s", "crlf", "lf", server.address(), "handler=blocking", "timeouts.drain=200ms"));
				TestClient client = gateway.connect("s")) {
			client.send(lines("\r\n"));
			Gateway.await("everything read",
					() -> gateway.connections("s")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.framesIn() == FRAMES)
						.findFirst());
			gateway.route("s").drain(new Cause(CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR, ""));
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.DRAIN_TIMEOUT);
			// The handler has one.
			assertThat(closure.undelivered().frames()).isEqualTo(FRAMES - 1);
			gateway.bean(Held.class).go.countDown();
			Gateway.await("all counted once",
					() -> Optional.of(undelivered(gateway)).filter((count) -> count == FRAMES));
		}
	}

	@Test
	void framesThatAFramingReadsAfterADrainBeganAreCounted() {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Held.class),
						Gateway.route("s", "bean:held", "lf", server.address()));
				TestClient client = gateway.connect("s")) {
			gateway.bean(Held.class).go.countDown();
			client.send("one\r\n");
			assertThat(client.readLine()).isEqualTo("one");
			gateway.route("s").drain(new Cause(CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR, ""));
			client.expectEof();
			client.send("two\r\nthree\r\n");
			client.halfClose();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(3);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(2, 8));
			assertThat(undelivered(gateway)).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "one-way" })
	void framesThatAFramingHasNotWrittenWhenTheServerDies(String mode) {
		try (TestUpstream server = TestUpstream.silent();
				Gateway gateway = Gateway.start(List.of(HeldOutput.class),
						Gateway.route("s", "crlf", "bean:held", server.address(), "mode=" + mode));
				TestClient client = gateway.connect("s")) {
			client.send(lines("\r\n"));
			server.awaitConnections(1);
			Gateway.await("all frames given to the framing",
					() -> gateway.connections("s")
						.stream()
						.filter((one) -> one.side() == Side.UPSTREAM && one.writePosition() == FRAMES)
						.findFirst());
			server.connections().forEach(Peer::reset);
			Closure upstream = Gateway.await("the record",
					() -> gateway.closures("s")
						.stream()
						.filter((closure) -> closure.side() == Side.UPSTREAM && closure.undelivered().frames() > 0)
						.findFirst());
			assertThat(upstream.reason()).isEqualTo(CloseReason.UPSTREAM_RESET);
			assertThat(upstream.framesOut()).isZero();
			assertThat(upstream.undelivered().frames()).isEqualTo(FRAMES);
			client.close();
			gateway.awaitClosure("s", Side.INBOUND);
			gateway.bean(HeldOutput.class).go.countDown();
			Gateway.await("all counted once",
					() -> Optional.of(undelivered(gateway)).filter((count) -> count == FRAMES));
		}
	}

	@Test
	void framesWhoseOutputCannotBeAllocated() {
		Assumptions.assumeTrue(TestLoops.transport() != Transport.IO_URING, "reads have a buffer that all share");
		String large = "x".repeat(200_000);
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address(),
						"listen.max-frame-size=1MB", "upstream.max-frame-size=1MB"));
				TestClient client = gateway.connect("s")) {
			client.sendLine("before");
			assertThat(client.readLine()).isEqualTo("before");
			FrameConnection inbound = gateway.connections("s")
				.stream()
				.filter((one) -> one.side() == Side.INBOUND)
				.findFirst()
				.orElseThrow();
			inbound.channel().config().setAllocator(exhausted());
			client.send(large + "\r\nnever\r\n");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
			assertThat(closure.detail()).contains("no direct memory");
			assertThat(closure.framesOut()).isEqualTo(1);
			assertThat(undelivered(gateway)).isEqualTo(2);
			try (TestClient other = gateway.connect("s")) {
				other.sendLine(large);
				assertThat(other.readLine()).isEqualTo(large);
			}
		}
	}

	private static ByteBufAllocator exhausted() {
		return (ByteBufAllocator) Proxy.newProxyInstance(ByteBufAllocator.class.getClassLoader(),
				new Class<?>[] { ByteBufAllocator.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("directBuffer")) {
						throw new OutOfMemoryError("no direct memory");
					}
					return method.invoke(ByteBufAllocator.DEFAULT, arguments);
				});
	}

	private static String lines(String end) {
		return IntStream.range(0, FRAMES).mapToObj((i) -> "frame " + i + end).collect(Collectors.joining());
	}

	private static double undelivered(Gateway gateway) {
		return gateway.metric("framegate_frames_undelivered_total{route=\"s\"}");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Held {

		final CountDownLatch go = new CountDownLatch(1);

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request")
		ChannelInterceptor waiter() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					await(Held.this.go);
					return message;
				}
			};
		}

		@Bean
		AbstractByteArraySerializer held() {
			return new Lines(new CountDownLatch(0));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HeldOutput {

		final CountDownLatch go = new CountDownLatch(1);

		@Bean
		AbstractByteArraySerializer held() {
			return new Lines(this.go);
		}

	}

	/**
	 * Lines as a user's own framing, which writes none until it may.
	 */
	private static final class Lines extends AbstractByteArraySerializer {

		private final CountDownLatch go;

		Lines(CountDownLatch go) {
			this.go = go;
		}

		@Override
		public byte[] deserialize(InputStream in) throws IOException {
			StringBuilder text = new StringBuilder();
			for (int next = in.read(); next != '\n'; next = in.read()) {
				if (next < 0 && text.isEmpty()) {
					throw new SoftEndOfStreamException("end");
				}
				checkClosure(next);
				text.append((char) next);
			}
			return text.toString().strip().getBytes(StandardCharsets.ISO_8859_1);
		}

		@Override
		public void serialize(byte[] bytes, OutputStream out) throws IOException {
			await(this.go);
			out.write(bytes);
			out.write('\r');
			out.write('\n');
		}

	}

}
