package io.framegate.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a channel has flushed that the kernel has not taken.
 */
class PendingBytesTests {

	/** Buffers of 3, 5 and 0 bytes are flushed, one of 7 is not. */
	@ParameterizedTest
	@CsvSource({ "0, 8", "1, 7", "3, 5", "7, 1", "8, 0" })
	void partOfABufferCountsAsWhatIsLeftOfIt(int room, long pending) {
		EmbeddedSocket socket = new EmbeddedSocket();
		socket.room(room);
		for (int size : new int[] { 3, 5, 0 }) {
			socket.write(Unpooled.buffer().writeZero(size));
		}
		socket.flush();
		socket.write(Unpooled.buffer().writeZero(7));
		ChannelOutboundBuffer buffer = socket.unsafe().outboundBuffer();
		assertThat(new PendingBytes().in(buffer)).isEqualTo(pending);
		socket.close();
	}

}
