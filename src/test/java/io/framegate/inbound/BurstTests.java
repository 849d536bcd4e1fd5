package io.framegate.inbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More clients than the backlog holds connect at the same moment: each is served.
 */
class BurstTests {

	private static final int CLIENTS = 2000;

	private static final int LENGTH = 6;

	@Test
	void eachOfThousandsThatConnectAtOnceGetsItsReply() throws IOException {
		List<SocketChannel> clients = new ArrayList<>();
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = GatewayBuilder.routes(RouteSpec.route("s").to(server)).start();
				Selector selector = Selector.open()) {
			InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), gateway.port("s"));
			for (int number = 0; number < CLIENTS; number++) {
				SocketChannel client = SocketChannel.open();
				clients.add(client);
				client.configureBlocking(false);
				client.connect(address);
				client.register(selector, SelectionKey.OP_CONNECT, number);
			}
			int replies = 0;
			while (replies < CLIENTS) {
				assertThat(selector.select(30_000)).as("after %d replies", replies).isPositive();
				for (SelectionKey key : selector.selectedKeys()) {
					replies += serve(key) ? 1 : 0;
				}
				selector.selectedKeys().clear();
			}
		}
		finally {
			for (SocketChannel client : clients) {
				client.close();
			}
		}
	}

	private static byte[] line(SelectionKey key) {
		return "%04d\r\n".formatted((Integer) key.attachment()).getBytes(StandardCharsets.US_ASCII);
	}

	/** Whether its reply is here. */
	private static boolean serve(SelectionKey key) throws IOException {
		SocketChannel client = (SocketChannel) key.channel();
		if (key.isConnectable()) {
			client.finishConnect();
			client.write(ByteBuffer.wrap(line(key)));
			key.interestOps(SelectionKey.OP_READ);
			return false;
		}
		ByteBuffer reply = ByteBuffer.allocate(2 * LENGTH);
		client.read(reply);
		assertThat(reply.flip()).isEqualTo(ByteBuffer.wrap(line(key)));
		key.cancel();
		return true;
	}

}
