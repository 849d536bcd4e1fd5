package io.framegate.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.framegate.connection.TestConnections;
import io.framegate.route.Target;
import io.framegate.testkit.Script;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What one probe finds out, and at which address.
 */
class HealthProbeTests {

	@AutoClose
	private static TestConnections connections;

	private final List<TestUpstream> servers = new ArrayList<>();

	private final TargetState state = new TargetState(new Target("server.example", 7), 3, new TestClock());

	@BeforeAll
	static void start() {
		connections = new TestConnections();
	}

	@AfterEach
	void closeServers() {
		this.servers.forEach(TestUpstream::close);
	}

	private InetSocketAddress server(Script script) {
		TestUpstream server = TestUpstream.handling(script);
		this.servers.add(server);
		return new InetSocketAddress("127.0.0.1", server.port());
	}

	private static HealthProbe probe(@Nullable String send, @Nullable String expect) {
		Map<String, String> properties = new TreeMap<>();
		if (send != null) {
			properties.put("health-check.send", send);
		}
		if (expect != null) {
			properties.put("health-check.expect", expect);
		}
		return new HealthProbe(TestUpstreamSide.of(properties), connections.context(), null);
	}

	@ParameterizedTest
	@CsvSource({ ", , , , CONNECT", "ping, , anything, , ANSWER", "ping, pong, pong, , ANSWER",
			"ping, pong, other, unexpected answer, ANSWER" })
	void probe(@Nullable String send, @Nullable String expect, @Nullable String answer, @Nullable String fault,
			Evidence proof) {
		this.state.addresses(List.of(server((peer) -> {
			if (send != null) {
				assertThat(peer.readLine()).isEqualTo(send);
				peer.sendLine(answer);
			}
			peer.awaitEof();
		})));
		HealthProbe probe = probe(send, expect);
		assertThat(probe.fault(this.state)).isEqualTo(fault);
		assertThat(probe.proof()).isEqualTo(proof);
	}

	@Test
	void serverThatRefuses() {
		this.state.addresses(List.of(new InetSocketAddress("127.0.0.1", TestPorts.refused())));
		assertThat(probe(null, null).fault(this.state)).contains("refused");
	}

	@Test
	void nameThatIsNotKnown() {
		this.state.addresses(List.of(InetSocketAddress.createUnresolved("server.example", 7)));
		assertThat(probe(null, null).fault(this.state)).isEqualTo("unknown host server.example");
	}

	@Test
	void oneAddressThatIsWellIsEnough() {
		InetSocketAddress refusing = new InetSocketAddress("127.0.0.1", TestPorts.refused());
		InetSocketAddress well = server((peer) -> peer.awaitEof());
		this.state.addresses(List.of(refusing, well));
		assertThat(probe(null, null).fault(this.state)).isNull();
		assertThat(this.state.wellAddress()).isEqualTo(well);
	}

	@Test
	void addressThatWasWellIsTriedFirst() {
		List<InetSocketAddress> addresses = List.of(server((peer) -> peer.awaitEof()),
				server((peer) -> peer.awaitEof()), server((peer) -> peer.awaitEof()));
		this.state.addresses(addresses);
		this.state.wellAddress(addresses.get(1));
		assertThat(probe(null, null).fault(this.state)).isNull();
		assertThat(this.state.wellAddress()).isEqualTo(addresses.get(1));
		this.servers.get(1).awaitConnections(1);
		assertThat(this.servers.get(0).connections()).isEmpty();
		assertThat(this.servers.get(2).connections()).isEmpty();
	}

	/** It is to be read until a moment, which may be over. */
	@ParameterizedTest
	@CsvSource({ "true", "false" })
	void whatComesAfterTheDeadlineIsNotRead(boolean over) throws IOException {
		InetSocketAddress address = server((peer) -> {
			peer.send("pong");
			peer.awaitEof();
		});
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
			long minute = TimeUnit.MINUTES.toNanos(1);
			// There is something to read.
			assertThat(socket.getInputStream().read()).isEqualTo('p');
			DeadlineInputStream input = new DeadlineInputStream(socket, System.nanoTime() + (over ? 0 : minute));
			if (over) {
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(input::read);
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> input.read(new byte[3]));
			}
			else {
				assertThat(input.read()).isEqualTo('o');
				assertThat(input.read(new byte[3])).isPositive();
			}
		}
	}

}
