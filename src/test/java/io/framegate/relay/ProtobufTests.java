package io.framegate.relay;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Delimited messages between two programs that write and read them with the library of
 * Protocol Buffers.
 */
@Timeout(60)
class ProtobufTests {

	private static final int[] SIZES = { 0, 1, 125, 126, 127, 16_380, 16_381, 16_382, 60_000 };

	@Test
	void delimitedMessagesPass() throws Exception {
		try (Gateway gateway = GatewayBuilder.routes().start();
				ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			gateway.configure(route("values").framing("protobuf", "protobuf").to("127.0.0.1:" + server.getLocalPort()));
			Thread.ofVirtual().start(() -> echo(server));
			try (Socket client = new Socket("127.0.0.1", gateway.port("values"))) {
				client.setSoTimeout(20_000);
				for (int size : SIZES) {
					BytesValue sent = BytesValue.of(ByteString.copyFrom(new byte[size]));
					sent.writeDelimitedTo(client.getOutputStream());
					assertThat(BytesValue.parseDelimitedFrom(client.getInputStream())).isEqualTo(sent);
				}
			}
			Closure closure = gateway.awaitClosure("values", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(SIZES.length);
			assertThat(closure.framesOut()).isEqualTo(SIZES.length);
		}
	}

	private static void echo(ServerSocket server) {
		try (Socket connection = server.accept()) {
			BytesValue message = BytesValue.parseDelimitedFrom(connection.getInputStream());
			while (message != null) {
				message.writeDelimitedTo(connection.getOutputStream());
				message = BytesValue.parseDelimitedFrom(connection.getInputStream());
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
