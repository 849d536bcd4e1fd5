package io.framegate.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.framing.BeanFraming;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of frames that are written, to a kernel that takes what the test says.
 * Frames end with LF, written {@code ;} here.
 */
class FrameWriterTests {

	private static final int MEGABYTE = 1024 * 1024;

	private TestConnection connection = new TestConnection("lf");

	@AfterEach
	void close() {
		this.connection.close();
	}

	private void connection(Side side, Framing framing, boolean shared, long memory) {
		this.connection.close();
		this.connection = new TestConnection(side, framing, false, shared, memory);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					write:A                                       | ''      | ''                   | 0
					write:A flush                                 | A;      | taken                | 0
					write:A write:BC flush flush                  | A;BC;   | taken                | 0
					room:0 write:A flush                          | ''      | ''                   | 1
					room:1 write:AB write:C flush                 | A       | taken                | 2
					room:4 write:AB write:C flush                 | AB;C    | taken                | 1
					room:1 write:AB flush take:1                  | AB      | taken                | 1
					room:1 write:AB flush take:1 settle           | AB      | taken taken          | 1
					room:1 write:AB flush take:9                  | AB;     | taken taken          | 0
					room:1 write:A flush write:B flush take:9     | A;B;    | taken taken taken    | 0
					end                                           | ''      | fin                  | 0
					write:A end                                   | A;      | taken fin            | 0
					end end                                       | ''      | fin                  | 0
					room:0 write:A end                            | ''      | ''                   | 1
					room:0 write:A end take:1                     | A       | ''                   | 1
					room:0 write:A end take:9                     | A;      | taken fin            | 0
					write:A end write:BC                          | A;      | taken fin lost:1/2   | 0
					room:0 write:A flush sever take:0             | ''      | ''                   | 1
					sever write:AB                                | ''      | lost:1/2             | 0
					write:AB sever flush                          | ''      | lost:1/2             | 0
					write:A write:BC fin-sent flush               | ''      | lost:2/3             | 0
					sever end                                     | ''      | ''                   | 0
					reset end                                     | ''      | ''                   | 0
					write:A flush reset end                       | A;      | taken drain          | 0
					life-closed write:AB                          | ''      | lost:1/2             | 0
					write:AB life-closed flush                    | ''      | lost:1/2             | 0
					life-closed end                               | ''      | ''                   | 0
					write:A refuse:BC write:D                     | A;      | taken lost:1/2 output-failed:FRAME_NOT_ENCODABLE lost:1/1 | 0
					write:A take-back flush                       | ''      | ''                   | 0
					write:AB before-close                         | AB;     | taken                | 0
					""")
	void framesLeaveOrAreCounted(String steps, String out, String told, int pending) {
		this.connection.open();
		for (String step : steps.split(" ")) {
			take(step);
		}
		assertThat(this.connection.socket.taken().replace('\n', ';')).isEqualTo(out);
		assertThat(this.connection.story()).isEqualTo(told);
		assertThat(this.connection.writer.pendingFrames()).isEqualTo(pending);
	}

	private void take(String step) {
		FrameWriter writer = this.connection.writer;
		String word = step.contains(":") ? step.substring(step.indexOf(':') + 1) : "";
		switch (step.split(":")[0]) {
			case "write" -> this.connection.write(word);
			case "flush" -> writer.flushGathered();
			case "room" -> this.connection.socket.room(Long.parseLong(word));
			case "take" -> this.connection.socket.take(Long.parseLong(word));
			case "settle" -> writer.settle();
			case "end" -> writer.end();
			case "sever" -> this.connection.life.sever();
			case "fin-sent" -> this.connection.life.outputEnded();
			case "reset" -> this.connection.ending.resetAfterWrites(Cause.byGateway(CloseReason.IDLE_TIMEOUT, ""));
			case "life-closed" -> this.connection.life.closed();
			case "refuse" ->
				writer.notEncoded(TestConnection.bytes(word), Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE, ""));
			case "take-back" -> writer.takeBack();
			case "before-close" -> {
				writer.endWrites();
				writer.beforeClose();
			}
			default -> throw new IllegalArgumentException(step);
		}
	}

	@Test
	void whatTheKernelTookIsCounted() {
		TestConnection it = this.connection.open();
		it.socket.room(4);
		it.write("AB");
		it.write("C");
		assertThat(it.written).isEqualTo(2);
		it.writer.flushGathered();
		assertThat(it.metrics.bytesOut()).isEqualTo(4);
		assertThat(it.metrics.framesOut()).isEqualTo(1);
		assertThat(it.writer.pendingPayload()).isEqualTo(1);
		it.socket.take(1);
		assertThat(it.metrics.bytesOut()).isEqualTo(5);
		assertThat(it.metrics.framesOut()).isEqualTo(2);
		assertThat(it.writer.pendingPayload()).isZero();
	}

	@Test
	void whatIsPendingIsHeld() {
		TestConnection it = this.connection.open();
		it.socket.room(1);
		it.write("AB");
		it.writer.flushGathered();
		assertThat(it.loop.held()).isGreaterThanOrEqualTo(2);
		it.socket.take(2);
		assertThat(it.loop.held()).isZero();
	}

	@Test
	void waitForThePeerBeginsWithTheFirstByteAndAgainWithEachItTakes() {
		TestConnection it = this.connection.open();
		long begin = it.time;
		assertThat(it.writer.waitingSince()).isZero();
		it.socket.room(0);
		it.pass(5);
		it.write("AB");
		it.writer.flushGathered();
		assertThat(it.writer.waitingSince()).isEqualTo(begin + 5);
		it.pass(5);
		it.write("C");
		it.writer.flushGathered();
		assertThat(it.writer.waitingSince()).isEqualTo(begin + 5);
		it.socket.take(1);
		it.writer.settle();
		assertThat(it.writer.waitingSince()).isEqualTo(begin + 10);
		assertThat(it.writer.progress().lastWriteAt()).isEqualTo(begin + 10);
		it.pass(5);
		it.socket.take(100);
		assertThat(it.writer.waitingSince()).isZero();
		assertThat(it.writer.progress().lastWriteAt()).isEqualTo(begin + 15);
	}

	@Test
	void severedSocketIsNotWaitedFor() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		it.write("A");
		it.writer.flushGathered();
		assertThat(it.writer.isWritable()).isTrue();
		assertThat(it.life.isOutputEnding()).isFalse();
		it.life.sever();
		assertThat(it.writer.waitingSince()).isZero();
		assertThat(it.writer.isWritable()).isFalse();
		assertThat(it.life.isOutputEnding()).isTrue();
		assertThat(it.life.isSevered()).isTrue();
	}

	@Test
	void slowPeerMakesItUnwritable() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		it.write("x".repeat(100_000));
		it.writer.flushGathered();
		assertThat(it.writer.isWritable()).isFalse();
		it.socket.take(MEGABYTE);
		assertThat(it.writer.isWritable()).isTrue();
	}

	@Test
	void positionsTellWhatMayHaveLeft() {
		TestConnection it = this.connection.open();
		it.socket.room(1);
		assertThat(it.writer.writePosition()).isZero();
		it.write("AB");
		assertThat(it.writer.writePosition()).isEqualTo(3);
		it.writer.flushGathered();
		it.write("C");
		assertThat(it.writer.writePosition()).isEqualTo(5);
		assertThat(it.writer.takenPosition()).isEqualTo(1);
		assertThat(it.writer.isTakenBack(0)).isFalse();
		assertThat(it.writer.isTakenBack(2)).isFalse();
		assertThat(it.writer.isTakenBack(3)).isTrue();
		assertThat(it.writer.mayHaveLeft(0)).isTrue();
		assertThat(it.writer.mayHaveLeft(1)).as("the kernel may still take it").isTrue();
		assertThat(it.writer.mayHaveLeft(3)).as("was not handed over").isFalse();
		it.writer.takeBack();
		it.writer.beforeClose();
		assertThat(it.writer.mayHaveLeft(0)).isTrue();
		assertThat(it.writer.mayHaveLeft(1)).as("is lost with the channel").isFalse();
	}

	/** Of few bytes a socket takes all or none. */
	@ParameterizedTest
	@CsvSource({ "8191, false", "8192, true" })
	void littleThatTheSocketRefusedHasNotLeft(int size, boolean mayHaveLeft) {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		it.socket.onWrite(it.life::sever);
		it.write("x".repeat(size));
		it.writer.flushGathered();
		assertThat(it.writer.mayHaveLeft(0)).isEqualTo(mayHaveLeft);
	}

	@Test
	void severedSocketMayHaveSentWhatWasPendingBefore() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		it.write("A");
		it.writer.flushGathered();
		it.life.sever();
		it.writer.beforeClose();
		assertThat(it.writer.mayHaveLeft(0)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void sharedConnectionLeavesTheCountToItsExchanges(boolean upstream) {
		connection(upstream ? Side.UPSTREAM : Side.INBOUND, Framings.named("lf", false), true, 10_000_000);
		this.connection.open().life.sever();
		this.connection.write("AB");
		assertThat(this.connection.told).containsExactly(upstream ? "shared:1/2" : "lost:1/2");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void longFrameWithoutMemoryEndsTheConnectionLater(boolean upstream) {
		connection(upstream ? Side.UPSTREAM : Side.INBOUND, Framings.named("lf", false), true, 100_000);
		TestConnection it = this.connection.open();
		it.write("x".repeat(150_000));
		if (!upstream) {
			assertThat(it.told).containsExactly("lost:1/150000");
			it.told.clear();
		}
		assertThat(it.told).isEmpty();
		it.write("A");
		it.told.clear();
		it.runTasks();
		assertThat(it.told).containsExactly("abort:OVERLOAD");
		assertThat(it.causes).extracting(Cause::detail)
			.containsExactly("not enough memory for a frame of 150000 bytes");
		it.writer.flushGathered();
		assertThat(it.socket.taken()).isEmpty();
	}

	@Test
	void longFrameLeavesWithItsEnd() {
		TestConnection it = this.connection.open();
		it.write("A");
		it.write("x".repeat(150_000));
		it.write("B");
		it.writer.flushGathered();
		assertThat(it.socket.taken()).isEqualTo("A\n" + "x".repeat(150_000) + "\nB\n");
		assertThat(it.loop.held()).isZero();
	}

	@Test
	void faultOfTheGatewayIsToldAfterWhatTheLoopDoes() {
		TestConnection it = this.connection.open();
		it.writer.notWritten(2, 30, new IllegalStateException("as this test wants it"));
		assertThat(it.told).containsExactly("lost:2/30");
		it.write("A");
		assertThat(it.told).last().isEqualTo("lost:1/1");
		it.runTasks();
		assertThat(it.told).last().isEqualTo("output-failed:INTERNAL_ERROR");
		it.writer.failed(new IllegalStateException("as this test wants it"));
		it.runTasks();
		assertThat(it.told).last().isEqualTo("broken:as this test wants it");
	}

	@Test
	void bufferThatIsNotTakenIsGivenBack() {
		this.connection.open().life.sever();
		ByteBuf buffer = Unpooled.buffer(10).writeZero(10);
		assertThat(this.connection.writer.enqueue(buffer, new int[] { 4, 10 }, new int[] { 3, 5 }, 2)).isFalse();
		assertThat(buffer.refCnt()).isZero();
		assertThat(this.connection.told).containsExactly("lost:2/8");
	}

	@Test
	void channelIsAskedOnceWhenAllIsTaken() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		for (int i = 0; i < 5; i++) {
			it.write("A");
			it.writer.flushGathered();
		}
		assertThat(it.socket.unsafe().outboundBuffer().size()).as("five buffers and one that asks").isEqualTo(6);
	}

	@Test
	void closedChannelSettlesNothing() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		it.write("A");
		it.writer.flushGathered();
		it.socket.close();
		it.writer.settle();
		assertThat(it.writer.pendingFrames()).isEqualTo(1);
		assertThat(it.told).isEmpty();
	}

	@Test
	void usersOwnSerializerWritesOnAThreadOfItsOwn() throws InterruptedException {
		connection(Side.INBOUND, BeanFraming.of("own", new Own()), false, 10_000_000);
		TestConnection it = this.connection.open();
		it.write("A");
		it.write("BC");
		assertThat(it.writer.writePosition()).isEqualTo(2);
		assertThat(it.writer.pendingFrames()).isEqualTo(2);
		assertThat(it.writer.pendingPayload()).isEqualTo(3);
		assertThat(it.writer.mayHaveLeft(0)).isTrue();
		assertThat(it.writer.isTakenBack(9)).isFalse();
		it.writer.end();
		it.runUntil("fin");
		assertThat(it.socket.taken()).isEqualTo("<A><BC>");
		assertThat(it.writer.takenPosition()).isEqualTo(2);
		assertThat(it.writer.pendingFrames()).isZero();
	}

	@Test
	void frameThatTheSerializerRefusesIsTheLast() throws InterruptedException {
		connection(Side.INBOUND, BeanFraming.of("own", new Own()), false, 10_000_000);
		TestConnection it = this.connection.open();
		it.write("A");
		it.write("!");
		it.write("C");
		it.runUntil("output-failed:FRAME_NOT_ENCODABLE");
		it.runTask();
		assertThat(it.told).containsExactly("taken", "lost:1/1", "output-failed:FRAME_NOT_ENCODABLE", "lost:1/3");
		assertThat(it.socket.taken()).isEqualTo("<A>");
		assertThat(it.causes).extracting(Cause::detail).containsExactly("own: as this test wants it");
	}

	@Test
	void slowSerializerMakesItUnwritable() throws InterruptedException {
		connection(Side.INBOUND, BeanFraming.of("own", new Own()), false, 10_000_000);
		TestConnection it = this.connection.open();
		it.write("x".repeat(128 * 1024));
		assertThat(it.writer.isWritable()).isTrue();
		it.write("y");
		assertThat(it.writer.isWritable()).isFalse();
		it.runTask();
		assertThat(it.told).containsExactly("writability", "writability");
	}

	/** A user's framing, which does not like exclamation marks. */
	private static final class Own implements Serializer<byte[]>, Deserializer<byte[]> {

		@Override
		public byte[] deserialize(InputStream stream) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void serialize(byte[] frame, OutputStream stream) throws IOException {
			if (frame[0] == '!') {
				throw new IOException("as this test wants it");
			}
			stream.write('<');
			stream.write(frame);
			stream.write('>');
		}

	}

}
