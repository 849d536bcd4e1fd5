package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.framing.BeanFraming;
import io.framegate.transport.SharedReadBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.integration.ip.tcp.serializer.ByteArrayLfSerializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of bytes that are read: frames end with LF, written {@code ;} here, and
 * have eight bytes at most.
 */
class FrameReaderTests {

	private TestConnection connection = new TestConnection("lf");

	@AfterEach
	void close() {
		this.connection.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', emptyValue = "", textBlock = """
			open in:A;B;C                                 | A B
			open in:A in:B;C; in:D in:;                   | AB C D
			in:A;B; in:C; open                            | A B C
			in:A in:B; open                               | AB
			open pause in:A; in:B;                        | ''
			open pause in:A; in:B; resume in:C;           | A B C
			open pause hold in:A; resume                  | ''
			open pause hold in:A; resume release          | A
			open pause hold in:A; release                 | ''
			open starve in:A; feed in:B;                  | A B
			pause in:A; open                              | ''
			pause in:A; open resume                       | A
			in:A; pause resume                            | ''
			pause-at:A open in:A;B;C;                     | A
			pause-at:A open in:A;B;C; resume              | A B C
			pause-at:A in:A;B; open                       | A
			pause-at:B open in:A;B; fin                   | A B end
			pause-at:A open in:A;B; fin                   | A
			pause-at:A open in:A;B; fin resume            | A B end
			open pause in:A;B; fin pause-at:A resume        | A
			open pause in:A;B; fin pause-at:A resume resume | A B end
			open in:A; fin                                | A end
			open in:A;B fin                               | A end:TRUNCATED_FRAME
			open fin fin                                  | end
			in:A; fin                                     | ''
			in:A; fin open                                | A end
			fin                                           | ''
			fin open                                      | end
			open pause in:A;B fin resume                  | A end:TRUNCATED_FRAME
			open discard in:A;                            | discarded:A
			open in:A discard in:B;C;                     | discarded:AB discarded:C
			open pause in:A;B; discard in:C;              | A B discarded:C
			open starve in:A; discard in:B;               | A discarded:B
			pause-at:A in:A;B;C; open discard             | A B C
			in:A; discard                                 | discarded:A
			open discard discard in:A; fin                | discarded:A end
			open pause in:A;B; close                      | discarded:A discarded:B
			pause-at:A open in:A;B; close                 | A discarded:B
			open in:A;123456789 in:B;                     | A fail:FRAME_TOO_LONG
			open in:123456789 fin                         | fail:FRAME_TOO_LONG end
			open in:12345678;                             | 12345678
			wanted:2 open in:1234567890;A;                | oversize:12 A
			wanted:2 open discard in:1234567890;          | discarded:12
			pause-at:A wanted:2 open in:A;1234567890;B;   | A
			open close-life discard in:A;                 | A
			open close-life fin                           | ''
			""")
	void bytesBecomeFramesOrAreKept(String steps, String told) {
		for (String step : steps.split(" ")) {
			take(step);
		}
		assertThat(this.connection.story()).isEqualTo(told);
	}

	private void take(String step) {
		TestConnection it = this.connection;
		String word = step.contains(":") ? step.substring(step.indexOf(':') + 1) : "";
		switch (step.split(":")[0]) {
			case "open" -> it.open();
			case "in" -> it.read(word.replace(';', '\n'));
			case "pause" -> it.gate.pause();
			case "resume" -> it.reader.resume();
			case "hold" -> it.reader.hold();
			case "release" -> it.reader.release();
			case "starve" -> it.gate.starve();
			case "feed" -> it.reader.feed();
			case "fin" -> it.reader.finRead(null);
			case "discard" -> it.reader.discard();
			case "close" -> it.reader.close();
			case "close-life" -> it.life.closed();
			case "wanted" -> it.wanted = Integer.parseInt(word);
			case "pause-at" -> it.onFrame = (frame) -> {
				if (frame.equals(word)) {
					it.gate.pause();
				}
			};
			default -> throw new IllegalArgumentException(step);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			open                         | true
			open pause                   | false
			open pause resume            | true
			open pause hold resume       | false
			open hold release            | true
			pause open                   | false
			open fin                     | false
			open pause fin resume        | false
			open pause discard           | true
			open discard pause           | true
			open discard hold            | true
			open discard hold release    | true
			open starve                  | false
			open starve discard          | true
			pause resume                 | false
			open close-life              | true
			pause-at:A in:A; open        | false
			""")
	void socketIsReadWhileSomebodyWantsWhatComes(String steps, boolean reading) {
		for (String step : steps.split(" ")) {
			take(step);
		}
		assertThat(this.connection.reading).isEqualTo(reading);
	}

	@Test
	void endInsideAFrameSaysHowMuchOfItCame() {
		this.connection.open().read("A\nGET ");
		this.connection.reader.finRead(null);
		assertThat(this.connection.causes).containsExactly(new Cause(CloseReason.TRUNCATED_FRAME, EndedBy.INBOUND,
				"FIN after 4 bytes of a frame; looks like an HTTP request"));
		assertThat(this.connection.life.isInputCut()).isTrue();
	}

	@Test
	void senderDoesNotAgeWhileNobodyReads() {
		TestConnection it = this.connection.open();
		it.time = 10;
		it.read("A");
		assertThat(it.decoder.frameStartedAt()).isEqualTo(10);
		it.time = 30;
		it.gate.pause();
		assertThat(it.decoder.frameStartedAt()).isZero();
		it.time = 100;
		it.reader.resume();
		assertThat(it.decoder.frameStartedAt()).isEqualTo(80);
		assertThat(it.reader.lastReadAt()).isEqualTo(10);
	}

	@Test
	void openingIsTheFirstActivity() {
		TestConnection it = this.connection;
		long made = it.time;
		assertThat(it.reader.lastReadAt()).isEqualTo(made);
		it.pass(5);
		it.open();
		assertThat(it.reader.lastReadAt()).isEqualTo(made + 5);
		it.pass(5);
		it.read("A");
		assertThat(it.reader.lastReadAt()).isEqualTo(made + 10);
	}

	@Test
	void whatIsReadIsCounted() {
		TestConnection it = this.connection.open();
		it.read("A\nBC");
		it.gate.pause();
		it.read("D\nE");
		assertThat(it.reader.bytes()).isEqualTo(7);
		assertThat(it.metrics.bytesIn()).isEqualTo(7);
		assertThat(it.metrics.framesIn()).isEqualTo(1);
		assertThat(it.decoder.frames()).isEqualTo(1);
		it.reader.resume();
		assertThat(it.metrics.framesIn()).isEqualTo(2);
	}

	@Test
	void whatIsKeptIsHeldUntilItIsDelivered() {
		TestConnection it = this.connection.open();
		it.gate.pause();
		it.read("AB\nCD\n");
		assertThat(it.loop.held()).isEqualTo(6);
		it.read("E\n");
		assertThat(it.loop.held()).isEqualTo(8);
		assertThat(it.reader.isInsideFrame()).isTrue();
		it.reader.resume();
		assertThat(it.loop.held()).isZero();
		assertThat(it.reader.isInsideFrame()).isFalse();
		it.read("F");
		assertThat(it.loop.held()).isPositive();
		assertThat(it.reader.isInsideFrame()).isTrue();
	}

	@Test
	void longBufferIsReadInPieces() {
		TestConnection it = this.connection.open();
		int frames = 2 * SharedReadBuffer.READ_SIZE / 8 + 1;
		it.read("1234567\n".repeat(frames));
		assertThat(it.told).hasSize(frames).containsOnly("1234567");
		assertThat(it.reader.bytes()).isEqualTo(8 * frames);
	}

	@Test
	void moreIsLeftToTheKernelOnceOneReadWaits() {
		TestConnection it = this.connection.open();
		assertThat(it.reader.isFull()).isFalse();
		it.gate.pause();
		it.read("1234567\n".repeat(SharedReadBuffer.READ_SIZE / 8 - 1));
		assertThat(it.reader.isFull()).isFalse();
		it.read("1234567\n");
		assertThat(it.reader.isFull()).isTrue();
		it.reader.resume();
		assertThat(it.reader.isFull()).isFalse();
	}

	@Test
	void peerThatGoesOnAfterItsFaultIsNotReadForever() {
		TestConnection it = this.connection.open();
		it.read("123456789");
		it.read("x".repeat(1024 * 1024));
		assertThat(it.reader.isFull()).isFalse();
		it.read("x");
		assertThat(it.reader.isFull()).isTrue();
		assertThat(it.reading).isFalse();
		assertThat(it.reader.bytes()).isEqualTo(9 + 1024 * 1024 + 1);
	}

	@Test
	void whoHoldsTooMuchIsReadNoMore() {
		TestConnection it = this.connection.open();
		it.mustStarve = true;
		it.read("A\nB");
		assertThat(it.starving).isTrue();
		assertThat(it.reading).isFalse();
		assertThat(it.gate.isDeaf()).isTrue();
		it.mustStarve = false;
		it.reader.feed();
		assertThat(it.starving).isFalse();
		assertThat(it.reading).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			open                | true  | false
			accepted            | false | false
			in:A;               | true  | false
			open discard        | false | false
			open in:123456789   | false | false
			open pause          | true  | true
			open fin            | true  | true
			""")
	void restOfASeveredSocketIsReadForWhoGetsIt(String steps, boolean worth, boolean deaf) {
		for (String step : steps.split(" ")) {
			if (!step.equals("accepted")) {
				take(step);
			}
		}
		assertThat(this.connection.reader.isWorthReading()).isEqualTo(worth);
		assertThat(this.connection.gate.isDeaf()).isEqualTo(deaf);
	}

	@Test
	void frameThatIsCutWhileOneIsDeliveredDisturbsNone() {
		TestConnection it = this.connection.open();
		it.onFrame = (frame) -> {
			if (frame.equals("A")) {
				it.onFrame = (other) -> {
				};
				it.read("X\n");
			}
		};
		it.read("A\nB\n");
		assertThat(it.told).containsExactly("A", "X", "B");
	}

	@Test
	void usersOwnDeserializerReadsTheSameStream() throws InterruptedException {
		this.connection.close();
		this.connection = new TestConnection(Side.INBOUND, BeanFraming.of("own", new ByteArrayLfSerializer()), false,
				false, 10_000_000);
		TestConnection it = this.connection.open();
		it.read("A");
		it.read("B\nC\nD");
		it.runUntil("C");
		it.reader.finRead(null);
		it.runUntil("end:TRUNCATED_FRAME");
		assertThat(it.told).containsSubsequence("AB", "C", "end:TRUNCATED_FRAME");
		assertThat(it.decoder.frames()).isEqualTo(2);
		assertThat(it.causes).last().extracting(Cause::detail).isEqualTo("FIN after 1 bytes of a frame");
	}

}
