package io.framegate.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Options of sockets that a peer has closed meanwhile.
 */
class SocketOptionsTests {

	@Test
	void writeLimitOfClosedSocketIsNoFault() {
		assumeTrue(Epoll.isAvailable(), "There is no epoll here");
		EpollSocketChannel channel = new EpollSocketChannel();
		channel.unsafe().closeForcibly();
		assertThatCode(() -> SocketOptions.writeLimit(channel, 1_000_000_000)).doesNotThrowAnyException();
	}

}
