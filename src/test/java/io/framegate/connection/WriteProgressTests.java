package io.framegate.connection;

import java.nio.charset.StandardCharsets;

import io.framegate.transport.EmbeddedSocket;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far a kernel that takes what the test says has taken what was written.
 */
class WriteProgressTests {

	private final EmbeddedSocket socket = new EmbeddedSocket();

	private final WriteProgress progress = new WriteProgress(100, false);

	@AfterEach
	void close() {
		this.socket.close();
	}

	private void write(String frame) {
		this.progress.add(new int[] { frame.length() }, new int[1], 1, frame.length());
		this.socket.write(Unpooled.copiedBuffer(frame, StandardCharsets.ISO_8859_1));
	}

	private void flush() {
		this.progress.flushed();
		this.socket.flush();
	}

	@Test
	void whatIsNotFlushedIsPending() {
		write("AB");
		write("C");
		assertThat(this.progress.settle(this.socket)).isZero();
		assertThat(this.progress.pendingBytes()).isEqualTo(3);
		this.socket.room(2);
		flush();
		write("DEF");
		assertThat(this.progress.settle(this.socket)).isEqualTo(1);
		assertThat(this.progress.bytesTaken()).isEqualTo(2);
		assertThat(this.progress.pendingBytes()).isEqualTo(4);
		this.socket.room(100);
		flush();
		assertThat(this.progress.settle(this.socket)).isEqualTo(2);
		assertThat(this.progress.pendingBytes()).isZero();
	}

	@Test
	void whatIsSentAheadIsNoFrame() {
		this.progress.sentAhead(28);
		write("AB");
		this.socket.room(100);
		flush();
		assertThat(this.progress.settle(this.socket)).isEqualTo(1);
		assertThat(this.progress.bytesTaken()).isEqualTo(2);
		assertThat(this.progress.bytesSent(this.socket)).isEqualTo(30);
	}

	@Test
	void closedChannelTellsNothing() {
		write("AB");
		this.socket.close();
		assertThat(this.progress.settle(this.socket)).isEqualTo(-1);
		assertThat(this.progress.pendingBytes()).isEqualTo(2);
	}

	/** Written at 100, begun at 200; the peer had room at some time. */
	@ParameterizedTest
	@CsvSource({ "199, 200, 100", "200, 200, 100", "201, 201, 201" })
	void roomThatThePeerHadIsProgress(long when, long progressAt, long lastWriteAt) {
		this.progress.begin(200);
		this.progress.hadRoom(when);
		assertThat(this.progress.progressAt()).isEqualTo(progressAt);
		assertThat(this.progress.lastWriteAt()).isEqualTo(lastWriteAt);
	}

	/** Of six bytes the kernel takes some; four more are written. */
	@ParameterizedTest
	@CsvSource({ "0, 10, true", "0, 9, false", "1, 100, false", "6, 4, true", "6, 3, false" })
	void noneIsTakenOfALittleThatWaits(long room, int few, boolean expected) {
		this.socket.room(room);
		write("ABCDEF");
		flush();
		this.progress.settle(this.socket);
		write("GHIJ");
		assertThat(this.progress.isNoneTaken(few)).isEqualTo(expected);
	}

}
