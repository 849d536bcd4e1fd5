package io.framegate.connection;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.EmbeddedSocket;
import io.framegate.transport.TestLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.messaging.MessageHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a connection tells of itself, and what it does when asked: on a socket that takes
 * what the test says, at times that the test makes.
 */
class SocketConnectionTests {

	/** What was told, in order. */
	private final List<String> told = new ArrayList<>();

	private final TestLoop loop = new TestLoop(10_000_000);

	private final EmbeddedSocket socket = new EmbeddedSocket();

	private final Timeouts timeouts = new Timeouts(Map.of());

	private final ClosureLog closures = new ClosureLog(1);

	private final Told connection = new Told();

	SocketConnectionTests() {
		this.connection.parts().begin();
	}

	@AfterEach
	void close() {
		this.socket.close();
		this.loop.close();
		this.closures.close();
	}

	private SocketConnectionTests open() {
		this.connection.parts().established();
		this.connection.parts().reader.opened();
		return this;
	}

	private void read(String text) {
		this.socket.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
	}

	private void write(String text) {
		this.connection.write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	private static Duration between(Instant from, Instant to) {
		return Duration.between(from, to);
	}

	@Test
	void identityIsThatOfItsContextAndItsPeer() {
		assertThat(this.connection.getConnectionId()).isEqualTo("c-9");
		assertThat(this.connection.number()).isEqualTo(9);
		assertThat(this.connection).hasToString("c-9 (test inbound 192.0.2.1:7001)");
		assertThat(this.connection.isServer()).isTrue();
		assertThat(this.connection.getHostAddress()).isEqualTo("192.0.2.1");
		assertThat(this.connection.state()).isEqualTo(ConnectionState.ACCEPTED);
		assertThat(this.connection.isOpen()).isTrue();
		assertThat(this.connection.tcp()).as("only native sockets tell").isNull();
	}

	@Test
	void bothDirectionsAreTimedAndCounted() {
		open();
		Instant opened = this.connection.openedAt();
		this.loop.pass(50);
		read("AB\nC\nDE");
		assertThat(between(opened, this.connection.lastReadAt())).isEqualTo(Duration.ofMillis(50));
		assertThat(between(opened, this.connection.lastWriteAt())).isZero();
		assertThat(this.connection.lastActivity()).isEqualTo(this.connection.lastReadNanos());
		this.loop.pass(20);
		this.socket.room(3);
		write("xyz");
		this.connection.parts().output.flushGathered();
		assertThat(between(opened, this.connection.lastWriteAt())).isEqualTo(Duration.ofMillis(70));
		assertThat(this.connection.lastActivity()).isEqualTo(this.connection.lastWriteNanos())
			.isGreaterThan(this.connection.lastReadNanos());
		assertThat(this.told).containsExactly("AB", "C", "taken");
		assertThat(this.connection.framesIn()).isEqualTo(2);
		assertThat(this.connection.bytesIn()).isEqualTo(7);
		assertThat(this.connection.isInsideFrame()).isTrue();
		assertThat(this.connection.framesOut()).isZero();
		assertThat(this.connection.bytesOut()).isEqualTo(3);
		assertThat(this.connection.pendingBytes()).isEqualTo(1);
	}

	@Test
	void positionIsBroughtUpToDateOnlyWhenAskedTo() {
		open();
		this.socket.room(0);
		write("xyz");
		assertThat(this.connection.writePosition()).isEqualTo(4);
		assertThat(this.connection.isTakenBack(0)).isTrue();
		this.connection.parts().output.flushGathered();
		assertThat(this.connection.isTakenBack(0)).isFalse();
		this.socket.take(2);
		assertThat(this.connection.takenPosition()).isZero();
		assertThat(this.connection.settledPosition()).isEqualTo(2);
		assertThat(this.connection.mayHaveLeft(0)).isTrue();
		this.socket.take(2);
		assertThat(this.connection.settledPosition()).isEqualTo(4);
		write("ab");
		this.connection.takeBack();
		assertThat(this.connection.writePosition()).isEqualTo(4);
		this.connection.parts().output.flushGathered();
		assertThat(this.socket.taken()).isEqualTo("xyz\n");
	}

	/** What it is asked for, what the listener gets at once and after it reads on. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			none    | AB CD                     | AB CD                     | 0
			pause   | ''                        | AB CD                     | 0
			discard | discarded:AB discarded:CD | discarded:AB discarded:CD | 0
			ignore  | ''                        | ''                        | 0
			""")
	void inputIsKeptDiscardedOrIgnored(String ask, String atOnce, String later, long lost) {
		open();
		switch (ask) {
			case "pause" -> this.connection.pause();
			case "discard" -> this.connection.discardInput();
			case "ignore" -> this.connection.ignoreInput();
			default -> {
			}
		}
		read("AB\nCD\n");
		assertThat(String.join(" ", this.told)).isEqualTo(atOnce);
		this.connection.resume();
		assertThat(String.join(" ", this.told)).isEqualTo(later);
		assertThat(this.connection.lostFrames()).isEqualTo(lost);
	}

	@Test
	void frameIsHandedOverAndTasksRunAfterIt() {
		open();
		this.connection.handOver(new byte[] { 'A' },
				(message) -> this.told.add("over:" + new String(message.getPayload(), StandardCharsets.ISO_8859_1)));
		this.connection.afterFrames(() -> this.told.add("after"));
		assertThat(this.told).containsExactly("over:A", "after");
	}

	@Test
	void taskThatThrowsEndsThisConnectionAlone() {
		open();
		this.connection.later(() -> this.told.add("later"));
		this.connection.execute(() -> {
			throw new IllegalStateException("as this test wants it");
		});
		assertThat(this.told).containsExactly("failed:INTERNAL_ERROR");
		this.loop.run();
		assertThat(this.told).containsExactly("failed:INTERNAL_ERROR", "later");
	}

	@Test
	void exchangesAreHeldWhileThereIsMemory() {
		this.connection.holdExchanges(1000);
		assertThat(this.loop.held()).isEqualTo(1000);
		assertThat(this.connection.tryHoldExchanges(500)).isTrue();
		assertThat(this.connection.tryHoldExchanges(20_000_000)).isFalse();
		assertThat(this.loop.held()).isEqualTo(1500);
		this.connection.holdExchanges(-1500);
		assertThat(this.loop.held()).isZero();
	}

	@Test
	void timersTellSinceWhenTheyRun() {
		assertThat(this.connection.startedAt(Timeout.FIRST_FRAME)).isZero();
		this.loop.pass(30);
		open();
		assertThat(this.connection.startedAt(Timeout.FIRST_FRAME)).isEqualTo(this.loop.loop().time());
		read("AB\n");
		assertThat(this.connection.startedAt(Timeout.FIRST_FRAME)).isZero();
		this.loop.pass(30);
		read("C");
		assertThat(this.connection.startedAt(Timeout.FRAME)).isEqualTo(this.loop.loop().time());
	}

	@Test
	void recordTellsWhatItWasAndWhatHappened() {
		open();
		read("AB\nCD\nE");
		write("xyz");
		this.connection.parts().output.flushGathered();
		Cause cause = Cause.byGateway(CloseReason.IDLE_TIMEOUT, "idle timer ran out");
		this.connection.parts().ending().close(cause);
		this.loop.run();
		assertThat(this.told).containsExactly("AB", "CD", "taken", "off-loop", "closed:IDLE_TIMEOUT", "unregistered",
				"published", "flush");
		Closure record = this.connection.parts().recorder.whenClosed().join();
		assertThat(record.id()).isEqualTo("c-9");
		assertThat(record.route()).isEqualTo("test");
		assertThat(record.side()).isEqualTo(Side.INBOUND);
		assertThat(record.remote()).isEqualTo("192.0.2.1:7001");
		assertThat(record.peerId()).isEqualTo("c-8");
		assertThat(record.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
		assertThat(record.endedBy()).isEqualTo(cause.endedBy());
		assertThat(record.detail()).isEqualTo("idle timer ran out");
		assertThat(record.openedAt()).isEqualTo(this.connection.openedAt());
		assertThat(record.framesIn()).isEqualTo(2);
		assertThat(record.framesOut()).isEqualTo(1);
		assertThat(record.bytesIn()).isEqualTo(7);
		assertThat(record.bytesOut()).isEqualTo(4);
		assertThat(record.partialFrameBytes()).isEqualTo(1);
		assertThat(this.connection.state()).isEqualTo(ConnectionState.CLOSED);
		assertThat(this.connection.isOpen()).isFalse();
		write("late");
		assertThat(this.connection.lostFrames()).isEqualTo(1);
	}

	@Test
	void endOfEachDirectionIsTold() {
		open();
		assertThat(this.connection.isInputEnded()).isFalse();
		this.connection.parts().finRead();
		assertThat(this.connection.isInputEnded()).isTrue();
		assertThat(this.told).containsExactly("input-ended");
		assertThat(this.connection.isOutputEnding()).isFalse();
		assertThat(this.connection.isWritable()).isTrue();
		this.connection.parts().lifecycle.sever();
		assertThat(this.connection.isOutputEnding()).isTrue();
		assertThat(this.connection.isWritable()).isFalse();
	}

	/** Counts from nine. */
	private static final class Ids implements ConnectionIds {

		@Override
		public long nextNumber() {
			return 9;
		}

		@Override
		public String id(long number) {
			return "c-" + number;
		}

	}

	/** A connection whose handler remembers. */
	private final class Told extends SocketConnection {

		private Told() {
			super(new ConnectionContext("test", Side.INBOUND, Framings.named("lf", false), 100,
					SocketConnectionTests.this.timeouts, false, false,
					new RouteMetrics("test", SocketConnectionTests.this.timeouts, new SimpleMeterRegistry()),
					SocketConnectionTests.this.closures), SocketConnectionTests.this.loop.loop(),
					SocketConnectionTests.this.socket, new Ids(), new InetSocketAddress("192.0.2.1", 7001),
					(message) -> SocketConnectionTests.this.told
						.add(new String((byte[]) message.getPayload(), StandardCharsets.ISO_8859_1)),
					(event) -> {
					});
		}

		@Override
		ConnectionEvents events() {
			return new Events();
		}

		@Override
		public void close() {
			parts().ending().close(Cause.byGateway(CloseReason.OPERATOR_CLOSE, ""));
		}

	}

	/** Remembers what it is told. */
	private final class Events implements ConnectionEvents {

		private void tell(String what) {
			SocketConnectionTests.this.told.add(what);
		}

		@Override
		public String id() {
			return SocketConnectionTests.this.connection.getConnectionId();
		}

		@Override
		public void frame(byte[] payload) {
			throw new UnsupportedOperationException();
		}

		@Override
		public MessageHeaders headers() {
			return new MessageHeaders(Map.of());
		}

		@Override
		public String remoteText() {
			return "remote";
		}

		@Override
		public void inputEnded() {
			tell("input-ended");
		}

		@Override
		public void writabilityChanged() {
			tell("writability");
		}

		@Override
		public void taken() {
			tell("taken");
		}

		@Override
		public void discarded(byte[] payload) {
			tell("discarded:" + new String(payload, StandardCharsets.ISO_8859_1));
		}

		@Override
		public int wantedOfOversize() {
			return 0;
		}

		@Override
		public void oversize(byte[] start, Cause cause) {
			tell("oversize");
		}

		@Override
		public void failed(Cause cause) {
			tell("failed:" + cause.reason());
		}

		@Override
		public void outputFailed(Cause cause) {
			tell("output-failed:" + cause.reason());
		}

		@Override
		public void severed(Cause cause) {
			tell("severed:" + cause.reason());
		}

		@Override
		public long lastActivity() {
			return SocketConnectionTests.this.connection.lastActivity();
		}

		@Override
		public long awaitingReplySince() {
			return 0;
		}

		@Override
		public void removeFromLoop() {
			tell("off-loop");
		}

		@Override
		public void closed(Cause why, long lostFrames, long lostBytes) {
			tell("closed:" + why.reason());
		}

		@Override
		public Closure record(Cause why, Closure.Undelivered undelivered) {
			return SocketConnectionTests.this.connection.record(why, "c-8", undelivered);
		}

		@Override
		public void removeFromRegistry() {
			tell("unregistered");
		}

		@Override
		public void publishClosed() {
			tell("published");
		}

		@Override
		public void flushSoon() {
			tell("flush");
		}

	}

}
