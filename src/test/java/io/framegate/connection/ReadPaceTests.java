package io.framegate.connection;

import java.util.Optional;

import io.framegate.closure.Side;
import io.framegate.framing.BeanFraming;
import io.framegate.testkit.Gateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.integration.ip.tcp.serializer.ByteArrayLfSerializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that sends faster than it may is made to wait, and loses nothing. Frames end
 * with LF, written {@code ;} here, and the clock is the test's.
 */
class ReadPaceTests {

	private static final long MILLI = 1_000_000;

	private TestConnection connection = new TestConnection("lf");

	@AfterEach
	void close() {
		this.connection.close();
	}

	/** Numbers are milliseconds that pass, with a sweep after them. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', emptyValue = "", textBlock = """
			open frames:2 in:A;B;C;D;               | A B               | false
			open frames:2 in:A;B;C;D; 499           | A B               | false
			open frames:2 in:A;B;C;D; 500           | A B C             | false
			open frames:2 in:A;B;C;D; 500 500       | A B C D           | false
			open frames:2 in:A;B;C;D; 500 500 500   | A B C D           | true
			open frames:2 in:A;B;C;D; 1000          | A B C D           | false
			open frames:2 in:A; 9999 in:B;C;D;      | A B C             | false
			open frames:2 in:A;B;C; fin 499         | A B               | false
			open frames:2 in:A;B;C; fin 500         | A B C end         | false
			open frames:2 in:A;B;C fin 500          | A B end:TRUNCATED_FRAME | false
			open frames:2 in:A;B;C;D;E; discard     | A B C D E         | true
			open frames:2 in:A;B;C; discard in:D;E; | A B C discarded:D discarded:E | true
			open frames:2 in:A;B;C; close           | A B discarded:C   | false
			open frames:2 in:A;B;C;D; frames:0      | A B C D           | true
			open frames:2 in:A;B;C;D; frames:9      | A B C D           | true
			open frames:2 in:A;B;C;D;E; frames:1    | A B C             | false
			open frames:2 in:A;B;C; pause 500       | A B               | false
			open frames:2 in:A;B;C; pause 500 resume | A B C            | false
			frames:2 in:A;B;C;D; 9999 open          | A B               | false
			wanted:1 open frames:2 in:12345678901;A;B; | oversize:1 A  | false
			open bytes:4 in:A;B;                    | A B               | false
			open bytes:4 in:A;B; 249                | A B               | false
			open bytes:4 in:A;B; 250                | A B               | true
			open bytes:4 in:A;B;C;D; 1000           | A B C D           | false
			open bytes:4 in:A;B;C;D; 1250           | A B C D           | true
			open bytes:9 frames:9 in:A;B;C;D;E;     | A B C D E         | false
			frames:0 open in:A;B;C;                 | A B C             | true
			""")
	void peerThatIsTooFastWaits(String steps, String told, boolean reading) {
		for (String step : steps.split(" ")) {
			take(step);
		}
		assertThat(this.connection.story()).isEqualTo(told);
		assertThat(this.connection.reading).isEqualTo(reading);
	}

	private static void limit(TestConnection connection, int frames, long bytes) {
		connection.decoder.limit(frames, bytes);
		connection.reader.sweep();
	}

	private int frames;

	private int bytes;

	private void take(String step) {
		TestConnection it = this.connection;
		String word = step.contains(":") ? step.substring(step.indexOf(':') + 1) : "";
		switch (step.split(":")[0]) {
			case "open" -> it.open();
			case "frames" -> {
				this.frames = Integer.parseInt(word);
				limit(it, this.frames, this.bytes);
			}
			case "bytes" -> {
				this.bytes = Integer.parseInt(word);
				limit(it, this.frames, this.bytes);
			}
			case "in" -> it.read(word.replace(';', '\n'));
			case "fin" -> it.reader.finRead(null);
			case "discard" -> it.reader.discard();
			case "close" -> it.reader.close();
			case "pause" -> it.gate.pause();
			case "resume" -> it.reader.resume();
			case "wanted" -> it.wanted = Integer.parseInt(word);
			default -> {
				it.pass(Long.parseLong(step) * MILLI);
				it.reader.sweep();
			}
		}
	}

	@Test
	void noMoreIsReadAtOnceThanThereMayBe() {
		TestConnection it = this.connection.open();
		assertThat(it.reader.room(65536)).isEqualTo(65536);
		limit(it, 0, 100);
		assertThat(it.reader.room(65536)).isEqualTo(100);
		it.read("1234567\n");
		assertThat(it.reader.room(65536)).isEqualTo(92);
		it.read("1234567\n".repeat(12));
		assertThat(it.reader.room(65536)).as("what the kernel has at FIN").isZero();
		take("1000");
		assertThat(it.reader.room(65536)).isEqualTo(96);
		it.reader.discard();
		assertThat(it.reader.room(65536)).isEqualTo(65536);
	}

	@Test
	void timersDoNotRunWhileThePeerWaits() {
		TestConnection it = this.connection.open();
		limit(it, 0, 2);
		it.pass(1);
		long before = it.time;
		it.read("ABC");
		assertThat(it.decoder.frameStartedAt()).isZero();
		it.pass(900 * MILLI);
		assertThat(it.decoder.pace().held()).isEqualTo(900 * MILLI);
		assertThat(it.decoder.pace().heldUntil()).isEqualTo(it.time);
		take("100");
		assertThat(it.decoder.frameStartedAt()).isEqualTo(before + 1000 * MILLI);
		it.pass(5000 * MILLI);
		assertThat(it.decoder.pace().held()).isEqualTo(1000 * MILLI);
		assertThat(it.decoder.pace().heldUntil()).isEqualTo(before + 1000 * MILLI);
	}

	@Test
	void framesOfAUsersOwnDeserializerAreCountedWhereTheyAreMade() throws InterruptedException {
		this.connection.close();
		this.connection = new TestConnection(Side.INBOUND, BeanFraming.of("own", new ByteArrayLfSerializer()), false,
				false, 10_000_000);
		TestConnection it = this.connection.open();
		limit(it, 1, 0);
		long before = System.nanoTime();
		it.read("A\nB\n");
		it.reader.finRead(null);
		it.runUntil("A");
		Gateway.await("a rest", () -> Optional.of(it.decoder.pace().heldUntil()).filter((until) -> until == it.time));
		it.runUntil("end");
		assertThat(it.told).containsSubsequence("A", "B", "end");
		assertThat(System.nanoTime() - before).isGreaterThan(900 * MILLI);
	}

	@Test
	void drainWaitsForNoRestOfAUsersOwnDeserializer() throws InterruptedException {
		this.connection.close();
		this.connection = new TestConnection(Side.INBOUND, BeanFraming.of("own", new ByteArrayLfSerializer()), false,
				false, 10_000_000);
		TestConnection it = this.connection.open();
		limit(it, 1, 0);
		it.read("A\n" + "B\n".repeat(1000));
		it.runUntil("A");
		it.reader.discard();
		while (it.told.stream().filter("B"::equals).count() < 1000) {
			it.runTask();
		}
		assertThat(it.told).doesNotContain("discarded:B");
	}

}
