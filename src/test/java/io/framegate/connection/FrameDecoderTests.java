package io.framegate.connection;

import java.util.ArrayList;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.framing.FrameCutter;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.framegate.transport.MemoryBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How bytes are cut into frames, and what stops that.
 */
class FrameDecoderTests {

	private TestConnection connection = new TestConnection("lf");

	@AfterEach
	void close() {
		this.connection.close();
	}

	private int cut(String text, long now) {
		byte[] bytes = TestConnection.bytes(text);
		return this.connection.decoder.cut(bytes, 0, bytes.length, now);
	}

	/** Bytes that come at 10, 20 and 30; since when the frame comes that is not whole. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			A   |     |      | 10
			A   | B   | C    | 10
			A   | B   | C\\n | 0
			A   | \\nB| C    | 20
			A\\n| B   | C\\nD| 30
			A\\n|     |      | 0
			""")
	void incompleteFrameHasTheAgeOfItsFirstByte(String first, String second, String third, long expected) {
		this.connection.open();
		long now = 0;
		for (String text : new String[] { first, second, third }) {
			now += 10;
			if (text != null) {
				cut(text.replace("\\n", "\n"), now);
			}
		}
		assertThat(this.connection.decoder.frameStartedAt()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					INBOUND  | lf      | GET / HTTP/1.1 | FRAME_TOO_LONG | frame longer than 8 bytes (lf); looks like an HTTP request
					UPSTREAM | lf      | abcdefghi      | FRAME_TOO_LONG | frame longer than 8 bytes (lf)
					UPSTREAM | stx-etx | GET / HTTP/1.1 | BAD_FRAME      | looks like an HTTP request
					INBOUND  | length2 | ??x            | FRAME_TOO_LONG | 8
					""")
	void whatCannotBeCutEndsTheConnectionOnce(Side side, String framing, String bytes, CloseReason reason,
			String detail) {
		this.connection.close();
		this.connection = new TestConnection(side, Framings.named(framing, false), false, false, 10_000_000);
		this.connection.open();
		assertThat(cut(bytes, 1)).isEqualTo(bytes.length());
		assertThat(this.connection.causes).hasSize(1).first().satisfies((cause) -> {
			assertThat(cause.reason()).isEqualTo(reason);
			assertThat(cause.endedBy()).isEqualTo((side == Side.INBOUND) ? EndedBy.INBOUND : EndedBy.UPSTREAM);
			assertThat(cause.detail()).contains(detail);
		});
		assertThat(this.connection.decoder.isBroken()).isTrue();
		assertThat(this.connection.decoder.frameStartedAt()).isZero();
	}

	@Test
	void cuttingStopsAfterTheFrameThatStopsReading() {
		this.connection.open();
		this.connection.onFrame = (frame) -> this.connection.gate.pause();
		assertThat(cut("A\nB\n", 1)).isEqualTo(2);
		assertThat(this.connection.told).containsExactly("A");
		assertThat(this.connection.metrics.framesIn()).isEqualTo(1);
	}

	@Test
	void framesHaveTheTimeOfTheirRead() {
		this.connection.open();
		List<Long> stamps = new ArrayList<>();
		this.connection.onFrame = (frame) -> stamps.add(this.connection.stamp);
		this.connection.stamp = 3;
		cut("A\nB\n", 42);
		assertThat(stamps).containsExactly(42L, 42L);
		assertThat(this.connection.stamp).isEqualTo(3);
	}

	@Test
	void oversizeFrameIsToldInItsTurn() {
		this.connection.open();
		this.connection.wanted = 3;
		cut("A\n123456789\nB\n", 1);
		assertThat(this.connection.told).containsExactly("A", "oversize:123", "B");
		assertThat(this.connection.causes)
			.containsExactly(new Cause(CloseReason.FRAME_TOO_LONG, EndedBy.INBOUND, "frame longer than 8 bytes (lf)"));
		assertThat(this.connection.decoder.frames()).isEqualTo(3);
		assertThat(this.connection.metrics.framesIn()).isEqualTo(3);
	}

	@Test
	void partialFrameIsExplained() {
		this.connection.open();
		assertThat(this.connection.decoder.explainPartial("late")).isEqualTo("late");
		cut("GET ", 1);
		assertThat(this.connection.decoder.explainPartial("late"))
			.isEqualTo("late after 4 bytes of a frame; looks like an HTTP request");
		assertThat(this.connection.decoder.partialBytes()).isEqualTo(4);
	}

	@Test
	void whoIgnoresCutsNoMore() {
		this.connection.open();
		cut("A", 1);
		this.connection.decoder.ignore();
		assertThat(this.connection.decoder.isBroken()).isTrue();
		this.connection.read("B\n");
		assertThat(this.connection.told).isEmpty();
	}

	@Test
	void longFrameWaitsUntilThereIsMemoryForIt() {
		TestConnection it = longFrames(1_000_000).open();
		String part = "x".repeat(MemoryBudget.LARGE);
		assertThat(cut(part, 1)).isEqualTo(part.length());
		assertThat(it.loop.loop().memory().tryTake(900_000)).isTrue();
		assertThat(cut(part, 20)).isZero();
		assertThat(it.starving).isTrue();
		assertThat(it.decoder.refusedSince()).isEqualTo(20);
		assertThat(cut(part, 30)).isZero();
		assertThat(it.decoder.refusedSince()).as("since the first time").isEqualTo(20);
		it.loop.loop().memory().change(-900_000);
		it.reader.feed();
		assertThat(cut("y\n", 40)).isEqualTo(2);
		assertThat(it.decoder.refusedSince()).isZero();
		assertThat(it.told).containsExactly(part + "y");
		assertThat(it.loop.held()).as("what was taken for cutting").isZero();
	}

	/** Holding 65,536 bytes, doubling them needs 131,072 more. */
	@ParameterizedTest
	@CsvSource({ "131071, false", "131072, true" })
	void arrayThatGrowsNeedsRoomForBoth(long free, boolean enough) {
		TestConnection it = longFrames(1_000_000).open();
		cut("x".repeat(MemoryBudget.LARGE), 1);
		it.loop.held();
		assertThat(it.loop.loop().memory().tryTake(1_000_000 - free)).isTrue();
		assertThat(cut("y", 2)).isEqualTo(enough ? 1 : 0);
	}

	@Test
	void longFrameThatNobodyGetsIsNotWaitedFor() {
		TestConnection it = longFrames(1_000_000).open();
		String part = "x".repeat(MemoryBudget.LARGE);
		cut(part, 1);
		it.loop.loop().memory().tryTake(900_000);
		it.reader.discard();
		assertThat(cut(part, 2)).isEqualTo(part.length());
		assertThat(it.decoder.isBroken()).isTrue();
		assertThat(it.told).isEmpty();
		assertThat(it.starving).isFalse();
	}

	private TestConnection longFrames(long memory) {
		this.connection.close();
		this.connection = new TestConnection(Side.INBOUND, new LongFrames(Framings.named("lf", false)), false, false,
				memory);
		return this.connection;
	}

	/** Another framing, whose frames may be long. */
	private record LongFrames(Framing framing) implements Framing {

		@Override
		public FrameCutter cutter(int maxFrameSize) {
			return this.framing.cutter(64 << 20);
		}

		@Override
		public String refusal(byte[] payload) {
			return this.framing.refusal(payload);
		}

		@Override
		public int overhead() {
			return this.framing.overhead();
		}

		@Override
		public int prefix(byte[] payload, byte[] target, int offset) {
			return this.framing.prefix(payload, target, offset);
		}

		@Override
		public int suffix(byte[] payload, byte[] target, int offset) {
			return this.framing.suffix(payload, target, offset);
		}

	}

}
