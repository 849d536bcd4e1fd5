package io.framegate.connection;

import java.util.Locale;

import io.framegate.closure.Side;
import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameException;
import io.framegate.framing.FrameSink;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Empty frames that are polls: who answers them, in which order, and when not. Frames are
 * lines here, and an empty line is a poll.
 */
class PollsTests {

	private TestConnection connection = polled(true);

	private static TestConnection polled(boolean answer) {
		return new TestConnection(Side.INBOUND, new PolledLines(answer), false, false, 10_000_000);
	}

	@AfterEach
	void close() {
		this.connection.close();
	}

	private String sent() {
		this.connection.loop.loop().batch().flush();
		return this.connection.socket.taken();
	}

	@Test
	void pollsAreAnsweredInOrderAndReachNobody() {
		TestConnection it = this.connection.open();
		it.onFrame = (frame) -> it.write(frame.toLowerCase(Locale.ROOT));
		it.read("A\n\nB\n\n\nC\n\n");
		assertThat(it.told).containsExactly("A", "B", "C");
		assertThat(sent()).isEqualTo("a\n\nb\n\n\nc\n\n");
		assertThat(it.decoder.frames()).isEqualTo(3);
		assertThat(it.metrics.framesIn()).isEqualTo(3);
		assertThat(it.metrics.framesOut()).as("answers are no frames").isEqualTo(3);
		assertThat(it.metrics.bytesOut()).isEqualTo(10);
		assertThat(it.metrics.polls(Side.INBOUND)).isEqualTo(4);
		assertThat(it.writer.pendingFrames()).isZero();
	}

	@Test
	void ignoredPollsGoNowhere() {
		this.connection.close();
		this.connection = polled(false);
		TestConnection it = this.connection.open();
		it.read("\n\nA\n\n");
		assertThat(it.told).containsExactly("A");
		assertThat(sent()).isEmpty();
		assertThat(it.metrics.polls(Side.INBOUND)).isEqualTo(3);
	}

	@Test
	void frameAfterAPollIsAsOldAsItsFirstByte() {
		TestConnection it = this.connection.open();
		byte[] bytes = TestConnection.bytes("A\n\nB");
		it.decoder.cut(bytes, 0, 1, 10);
		it.decoder.cut(bytes, 1, 4, 20);
		assertThat(it.decoder.frameStartedAt()).isEqualTo(20);
		it.decoder.cut(TestConnection.bytes("\n\nC"), 0, 3, 30);
		assertThat(it.decoder.frameStartedAt()).isEqualTo(30);
	}

	@Test
	void pollIsAFirstFrame() {
		TestConnection it = this.connection.open();
		assertThat(it.decoder.isWithoutFrame()).isTrue();
		it.read("\n");
		assertThat(it.decoder.isWithoutFrame()).isFalse();
		assertThat(it.decoder.frames()).isZero();
	}

	@Test
	void whoTakesNoAnswersIsNotRead() {
		TestConnection it = this.connection.open();
		it.socket.room(0);
		int polls = 0;
		while (it.reading && polls < 1_000_000) {
			it.read("\n".repeat(1000));
			sent();
			polls += 1000;
		}
		assertThat(it.reading).isFalse();
		assertThat(it.writer.progress().pendingBytes()).as("held for it").isLessThan(200_000);
		it.read("\nlast\n");
		assertThat(it.told).doesNotContain("last");
		it.socket.take(Long.MAX_VALUE);
		it.writer.settle();
		it.reader.unchoke();
		assertThat(it.reading).isTrue();
		assertThat(it.told).contains("last");
		assertThat(sent()).hasSize(polls + 1);
	}

	@Test
	void twoThatAnswerEachOtherComeToAnEnd() {
		TestConnection it = this.connection.open();
		byte[] poll = TestConnection.bytes("\n");
		for (int i = 0; i < 1_100_000; i++) {
			it.decoder.cut(poll, 0, 1, i * 50_000L);
			it.loop.loop().batch().flush();
		}
		assertThat(sent()).hasSize(1_000_000);
		it.decoder.cut(poll, 0, 1, 100_000_000_000L);
		it.decoder.cut(poll, 0, 1, 100_000_050_000L);
		assertThat(sent()).as("after a pause").hasSize(1_000_001);
	}

	@Test
	void whoPollsNowAndThenIsAlwaysAnswered() {
		TestConnection it = this.connection.open();
		byte[] poll = TestConnection.bytes("\n");
		for (int i = 1; i <= 1_100_000; i++) {
			it.decoder.cut(poll, 0, 1, i * 1_000_000_000L);
			it.loop.loop().batch().flush();
		}
		assertThat(sent()).hasSize(1_100_000);
	}

	@Test
	void nothingIsAnsweredAfterFin() {
		TestConnection it = this.connection.open();
		it.writer.end();
		it.read("\nA\n\n");
		assertThat(it.told).contains("A");
		assertThat(sent()).isEmpty();
		assertThat(it.metrics.polls(Side.INBOUND)).isEqualTo(2);
	}

	@Test
	void pollsAreAnsweredWhileFramesAreDiscarded() {
		TestConnection it = this.connection.open();
		it.reader.discard();
		it.read("A\n\nB\n");
		assertThat(it.told).containsExactly("discarded:A", "discarded:B");
		assertThat(sent()).isEqualTo("\n");
	}

	@Test
	void pausedPeerGetsItsAnswersLater() {
		TestConnection it = this.connection.open();
		it.onFrame = (frame) -> it.gate.pause();
		it.read("A\n\n\nB\n");
		assertThat(sent()).isEmpty();
		it.reader.resume();
		assertThat(it.told).containsExactly("A", "B");
		assertThat(sent()).isEqualTo("\n\n");
	}

	@Test
	void pollsCountAsFramesForTheirRate() {
		TestConnection it = this.connection.open();
		it.decoder.limit(5, 0);
		it.read("\n".repeat(20));
		assertThat(sent().length()).isBetween(5, 6);
		assertThat(it.reading).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whereNobodyWantsFramesPollsAreAnswered(boolean answer) {
		this.connection.close();
		this.connection = polled(answer);
		TestConnection it = this.connection.open();
		it.decoder.ignoreFrames();
		it.read("hello\n\nmuch longer than any frame\n\npar");
		assertThat(sent()).isEqualTo(answer ? "\n\n" : "");
		assertThat(it.decoder.isBroken()).isEqualTo(!answer);
		assertThat(it.decoder.partialBytes()).isZero();
		assertThat(it.decoder.frameStartedAt()).isZero();
		it.told.clear();
		it.reader.finRead(null);
		assertThat(it.told).containsExactly("end");
	}

	/** Lines; an empty one is a poll. */
	private record PolledLines(Framing lines, boolean answer) implements Framing {

		PolledLines(boolean answer) {
			this(Framings.named("lf", false), answer);
		}

		@Override
		public boolean answersEmptyFrames() {
			return this.answer;
		}

		@Override
		public String refusal(byte[] payload) {
			return this.lines.refusal(payload);
		}

		@Override
		public int overhead() {
			return this.lines.overhead();
		}

		@Override
		public int prefix(byte[] payload, byte[] target, int offset) {
			return this.lines.prefix(payload, target, offset);
		}

		@Override
		public int suffix(byte[] payload, byte[] target, int offset) {
			return this.lines.suffix(payload, target, offset);
		}

		@Override
		public FrameCutter cutter(int maxFrameSize) {
			FrameCutter cutter = this.lines.cutter(maxFrameSize);
			return new FrameCutter() {

				@Override
				public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
					return cutter.cut(bytes, from, to, new FrameSink() {

						@Override
						public boolean frame(byte[] payload) {
							return (payload.length > 0) ? sink.frame(payload)
									: sink.empty(new byte[] { '\n' }, PolledLines.this.answer);
						}

						@Override
						public int wantedOfOversize() {
							return sink.wantedOfOversize();
						}

						@Override
						public boolean oversize(byte[] start, String fault) {
							return sink.oversize(start, fault);
						}
					});
				}

				@Override
				public int partialBytes() {
					return cutter.partialBytes();
				}

			};
		}

	}

}
