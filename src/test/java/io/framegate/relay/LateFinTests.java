package io.framegate.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that closed so long ago that its kernel forgot the connection: it answers the
 * client's late FIN with a reset, and nothing is lost.
 */
class LateFinTests {

	/** How many seconds a kernel remembers a closed socket whose peer sends no FIN. */
	private static final IntegerUnixChannelOption TCP_LINGER2 = new IntegerUnixChannelOption("TCP_LINGER2", 6, 8);

	private static final String FIN_WAIT2 = "05";

	@Test
	void resetThatAnswersALateFinIsANormalEnd() throws Exception {
		Assumptions.assumeTrue(Epoll.isAvailable());
		try (MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory())) {
			Channel server = new ServerBootstrap().group(group)
				.channel(EpollServerSocketChannel.class)
				.childOption(TCP_LINGER2, 1)
				.childHandler(new ChannelInitializer<>() {
					@Override
					protected void initChannel(Channel child) {
						child.pipeline().addLast(new EchoOnceAndClose());
					}
				})
				.bind("127.0.0.1", 0)
				.sync()
				.channel();
			int port = ((InetSocketAddress) server.localAddress()).getPort();
			try (Gateway gateway = Gateway.start(Gateway.route("late", "crlf", "crlf", "127.0.0.1:" + port));
					TestClient client = gateway.connect("late")) {
				client.sendLine("last words");
				assertThat(client.readLine()).isEqualTo("last words");
				client.expectEof();
				Gateway.await("the server's kernel to forget",
						() -> isRemembered(port) ? Optional.empty() : Optional.of(true));
				client.halfClose();
				assertThat(gateway.awaitClosure("late", Side.UPSTREAM).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
				assertThat(gateway.awaitClosure("late", Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
			}
		}
	}

	private static boolean isRemembered(int port) {
		String local = String.format(Locale.ROOT, ":%04X", port);
		return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
			.flatMap((table) -> lines(Path.of(table)))
			.map((line) -> line.strip().split(" +"))
			.anyMatch((fields) -> fields[1].endsWith(local) && fields[3].equals(FIN_WAIT2));
	}

	private static Stream<String> lines(Path table) {
		try {
			return Files.readAllLines(table, StandardCharsets.US_ASCII).stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class EchoOnceAndClose extends ChannelInboundHandlerAdapter {

		@Override
		public void channelRead(ChannelHandlerContext context, Object bytes) {
			context.writeAndFlush((ByteBuf) bytes).addListener(ChannelFutureListener.CLOSE);
		}

	}

}
