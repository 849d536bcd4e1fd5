package io.framegate.connection;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.integration.ip.IpHeaders;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.util.SerializationUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A user's own code sees the headers of a frame, however it asks for them.
 */
class ConnectionHeadersTests {

	private final TestConnections connections = new TestConnections();

	private final FrameConnection connection = connection();

	private final ConnectionHeaders headers = new ConnectionHeaders(this.connection);

	@AfterEach
	void close() {
		this.connections.close();
	}

	private FrameConnection connection() {
		return this.connections.inLoop(() -> this.connections.unconnected(new UnusedHandler()));
	}

	private Map<String, Object> expected() {
		return Map.of(IpHeaders.CONNECTION_ID, this.connection.getConnectionId(), IpHeaders.IP_ADDRESS,
				this.connection.getHostAddress(), IpHeaders.HOSTNAME, this.connection.getHostName(),
				IpHeaders.REMOTE_PORT, this.connection.getPort(), FrameConnection.ROUTE_HEADER, "orders");
	}

	@Test
	void askedForOneHeaderTellsIt() {
		assertThat(this.headers.get(FrameConnection.ROUTE_HEADER)).isEqualTo("orders");
		assertThat(this.headers.get(FrameConnection.ROUTE_HEADER, String.class)).isEqualTo("orders");
		assertThat(this.headers.get("none", String.class)).isNull();
		assertThat(this.headers.getReplyChannel()).isNull();
		assertThat(this.headers.getId()).isNull();
		assertThat(this.headers.containsKey(IpHeaders.REMOTE_PORT)).isTrue();
		assertThat(this.headers.containsValue("orders")).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> this.headers.get(IpHeaders.REMOTE_PORT, String.class));
	}

	/** It takes 400 bytes, and a route without a user's own code needs none. */
	@Test
	void whatSpringIntegrationItselfAsksForMakesNoMap() {
		assertThat(this.headers.get("sequenceNumber")).isNull();
		assertThat(this.headers.containsKey(MessageHeaders.ERROR_CHANNEL)).isFalse();
		assertThat(this.headers.isMade()).isFalse();
		assertThat(this.headers.get(FrameConnection.ROUTE_HEADER)).isEqualTo("orders");
		assertThat(this.headers.isMade()).isTrue();
	}

	@Test
	void readAsAMapIsTheConnections() {
		assertThat(this.headers).isEqualTo(this.headers).hasSize(5);
		assertThat(new HashMap<>(this.headers)).isEqualTo(expected());
		assertThat(this.headers.keySet()).isEqualTo(expected().keySet());
		assertThat(this.headers.values()).containsExactlyInAnyOrderElementsOf(expected().values());
		assertThat(this.headers.toString()).contains("framegate_route=orders");
		assertThat(this.headers.isEmpty()).isFalse();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> this.headers.keySet().clear());
	}

	@Test
	void equalsThatOfAnotherMessageOfTheConnection() {
		ConnectionHeaders others = new ConnectionHeaders(this.connection);
		assertThat(this.headers).isEqualTo(others).hasSameHashCodeAs(others);
		assertThat(new ConnectionHeaders(connection())).isNotEqualTo(this.headers);
	}

	@Test
	void goesIntoACopiedMessage() {
		MessageHeaders copied = MessageBuilder.fromMessage(new GenericMessage<>("x", this.headers))
			.setHeader("own", 1)
			.build()
			.getHeaders();
		assertThat(copied).containsAllEntriesOf(expected()).containsEntry("own", 1);
	}

	@Test
	@SuppressWarnings("deprecation")
	void isSentElsewhereWithoutItsConnection() {
		Object read = SerializationUtils.deserialize(SerializationUtils.serialize(this.headers));
		assertThat(read).isInstanceOf(MessageHeaders.class);
		assertThat(new HashMap<>((MessageHeaders) read)).isEqualTo(expected());
	}

}
