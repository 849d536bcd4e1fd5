package io.framegate.inbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.framegate.route.Listen;
import io.framegate.route.WhenDown;
import io.framegate.transport.EventLoops;
import io.framegate.transport.TestLoops;
import io.netty.channel.socket.SocketChannel;
import org.junit.jupiter.api.Test;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that wait are accepted together: each turn of a busy loop may take long.
 */
class AcceptTests {

	private static final int CLIENTS = 20;

	@Test
	void allThatWaitAreAcceptedInOneTurnOfTheLoop() throws Exception {
		Listen listen = new Listen(0, "127.0.0.1", "crlf", false, DataSize.ofKilobytes(64), 4096, null,
				Listen.Proxy.OFF, List.of(), List.of(), List.of(), 10_000, 0, 0, 0, DataSize.ofBytes(0),
				WhenDown.ACCEPT);
		List<Socket> clients = new ArrayList<>();
		try (EventLoops loops = TestLoops.of(1, System::nanoTime)) {
			ListeningSocket socket = ListeningSocket.open("r", listen, 0, loops);
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(new Socket(InetAddress.getByName("127.0.0.1"), socket.port()));
			}
			FirstTurn turn = new FirstTurn();
			socket.belongsTo(turn, listen.backlog());
			assertThat(turn.accepted.get(30, TimeUnit.SECONDS)).isEqualTo(CLIENTS);
			socket.close();
		}
		finally {
			for (Socket client : clients) {
				client.close();
			}
		}
	}

	/** Counts on the loop. */
	private static final class FirstTurn implements ListeningSocket.Owner {

		final CompletableFuture<Integer> accepted = new CompletableFuture<>();

		private int count;

		@Override
		public void accept(SocketChannel channel) {
			if (this.count++ == 0) {
				channel.eventLoop().execute(() -> this.accepted.complete(this.count));
			}
		}

		@Override
		public void acceptFailed(Throwable cause) {
			this.accepted.completeExceptionally(new IOException(cause));
		}

	}

}
