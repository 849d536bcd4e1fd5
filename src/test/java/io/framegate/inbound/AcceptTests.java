package io.framegate.inbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.framegate.route.Listen;
import io.framegate.route.WhenDown;
import io.framegate.transport.EventLoops;
import io.framegate.transport.TestLoops;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that wait are accepted together: each turn of a busy loop may take long.
 */
class AcceptTests {

	private static final int CLIENTS = 20;

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.1", "::, 127.0.0.1", "::1, ::1" })
	void allThatWaitAreAcceptedBeforeOneOfThemIsRead(String address, String target) throws Exception {
		Listen listen = listen(address);
		List<Socket> clients = new ArrayList<>();
		try (EventLoops loops = TestLoops.of(1, System::nanoTime)) {
			ListeningSocket socket = ListeningSocket.open("r", listen, 0, loops);
			for (int i = 0; i < CLIENTS; i++) {
				Socket client = new Socket(InetAddress.getByName(target), socket.port());
				clients.add(client);
				client.getOutputStream().write('x');
			}
			FirstClients first = new FirstClients();
			socket.belongsTo(first, listen.backlog());
			assertThat(first.accepted.get(30, TimeUnit.SECONDS))
				.containsExactlyInAnyOrderElementsOf(clients.stream().map(Socket::getLocalSocketAddress).toList());
			socket.close();
		}
		finally {
			for (Socket client : clients) {
				client.close();
			}
		}
	}

	@Test
	void backlogIsRaisedAgain() throws Exception {
		Listen listen = listen("127.0.0.1");
		List<Socket> clients = new ArrayList<>();
		CountDownLatch release = new CountDownLatch(1);
		try (EventLoops loops = TestLoops.of(1, System::nanoTime)) {
			ListeningSocket socket = ListeningSocket.open("r", listen, 0, loops);
			loops.group().next().execute(() -> await(release));
			socket.belongsTo(new FirstClients(), 1);
			socket.belongsTo(new FirstClients(), listen.backlog());
			for (int i = 0; i < CLIENTS; i++) {
				Socket client = new Socket();
				clients.add(client);
				client.connect(new InetSocketAddress("127.0.0.1", socket.port()), 10_000);
			}
			assertThat(socket.mostWaiting()).isEqualTo(listen.backlog());
			release.countDown();
			socket.close();
		}
		finally {
			release.countDown();
			for (Socket client : clients) {
				client.close();
			}
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Listen listen(String address) {
		return new Listen(0, address, "crlf", false, DataSize.ofKilobytes(64), 4096, null, Listen.Proxy.OFF, List.of(),
				List.of(), List.of(), 10_000, 0, 0, 0, DataSize.ofBytes(0), WhenDown.ACCEPT);
	}

	/** Those accepted until the first one's byte is read. */
	private static final class FirstClients implements ListeningSocket.Owner {

		final CompletableFuture<List<SocketAddress>> accepted = new CompletableFuture<>();

		private final List<SocketAddress> addresses = new ArrayList<>();

		@Override
		public void accept(SocketChannel channel) {
			this.addresses.add(channel.remoteAddress());
			if (this.addresses.size() == 1) {
				channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {

					@Override
					public void channelRead(ChannelHandlerContext context, Object message) {
						ReferenceCountUtil.release(message);
						FirstClients.this.accepted.complete(List.copyOf(FirstClients.this.addresses));
					}
				});
				channel.config().setAutoRead(true);
			}
		}

		@Override
		public void acceptFailed(Throwable cause) {
			this.accepted.completeExceptionally(new IOException(cause));
		}

	}

}
