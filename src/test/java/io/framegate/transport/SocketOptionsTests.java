package io.framegate.transport;

import java.net.SocketOption;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Options of sockets, also of those that a peer has closed meanwhile.
 */
class SocketOptionsTests {

	@Test
	void writeLimitOfClosedSocketIsNoFault() {
		assumeTrue(Epoll.isAvailable(), "There is no epoll here");
		EpollSocketChannel channel = new EpollSocketChannel();
		channel.unsafe().closeForcibly();
		assertThatCode(() -> SocketOptions.writeLimit(channel, 1_000_000_000)).doesNotThrowAnyException();
	}

	/** The system's own first probe comes after two hours. */
	@Test
	void keepaliveOfJavasOwnSocketsIsNotTheSystems() {
		NioSocketChannel channel = new NioSocketChannel();
		try {
			SocketOptions.configure(channel);
			assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
			assertThat(option(channel, ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(60);
			assertThat(option(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(15);
			assertThat(option(channel, ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
		}
		finally {
			channel.unsafe().closeForcibly();
		}
	}

	private static int option(NioSocketChannel channel, SocketOption<Integer> option) {
		return channel.config().getOption(NioChannelOption.of(option));
	}

}
