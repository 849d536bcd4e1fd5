package io.framegate.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeouts;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the errors of the operating system are taken for.
 */
class SocketErrorsTests {

	private static final Timeouts.Limit LIMIT = new Timeouts.Limit(Duration.ofSeconds(30), Timeouts.Source.CONFIG);

	private static final Timeouts.Limit NONE = new Timeouts.Limit(Duration.ZERO, Timeouts.Source.CONFIG);

	/** A router's word, which the kernel repeats when it gives up, is no reset. */
	@ParameterizedTest
	@ValueSource(strings = { "Connection timed out", "No route to host", "Network is unreachable", "Host is down",
			"Machine is not on the network", "Connection refused" })
	void peerThatIsNotReachedAnyMoreHasNotResetTheConnection(String errno) {
		IOException fault = new IOException("recvAddress(..) failed with error(-113): " + errno);
		assertThat(SocketErrors.cause(Side.INBOUND, fault, () -> false, LIMIT)).isEqualTo(Cause
			.byGateway(CloseReason.WRITE_TIMEOUT, "write timer (30s) ran out: " + errno + " (TCP_USER_TIMEOUT)"));
		assertThat(SocketErrors.cause(Side.INBOUND, fault, () -> false, NONE))
			.isEqualTo(Cause.byGateway(CloseReason.WRITE_TIMEOUT, errno + " (given up by the kernel)"));
		assertThat(SocketErrors.cause(Side.UPSTREAM, fault, () -> true, LIMIT))
			.isEqualTo(Cause.byGateway(CloseReason.IDLE_TIMEOUT, "keepalive: the peer answered no probe: " + errno));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Connection reset by peer", "Broken pipe" })
	void resetIsThePeers(String errno) {
		IOException fault = new IOException("recvAddress(..) failed with error(-104): " + errno);
		assertThat(SocketErrors.cause(Side.INBOUND, fault, () -> false, LIMIT))
			.isEqualTo(new Cause(CloseReason.INBOUND_RESET, EndedBy.INBOUND, errno));
	}

	/** Records don't depend on the transport. */
	@Test
	void resetIsNamedAsTheSystemNamesItThoughJavaHasReadIt() {
		assertThat(SocketErrors.cause(Side.UPSTREAM, new SocketException("Connection reset"), () -> false, LIMIT))
			.isEqualTo(new Cause(CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM, "Connection reset by peer"));
	}

	@Test
	void errorOfASocketThatIsNotReadIsTheKernelsOwn() {
		Assumptions.assumeTrue(Epoll.isAvailable(), "native sockets");
		IOException fault = Errors.newIOException("getsockopt", Errors.ERROR_EHOSTUNREACH_NEGATIVE);
		assertThat(SocketErrors.text(fault)).isEqualTo("No route to host");
	}

	@Test
	void targetWithoutARouteIsSaidInWords() {
		Cause cause = SocketErrors.connectCause(new NoRouteToHostException(), "10.0.0.5:7101");
		assertThat(cause).isEqualTo(
				new Cause(CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM, "10.0.0.5:7101: No route to host"));
	}

	static Stream<Arguments> connects() {
		return Stream.of(
				Arguments.of(new ConnectTimeoutException("connection timed out after 5 s"), CloseReason.CONNECT_TIMEOUT,
						EndedBy.GATEWAY, "connection timed out after 5 s"),
				Arguments.of(new IOException("syscall:connect(..): Connection timed out"), CloseReason.CONNECT_TIMEOUT,
						EndedBy.GATEWAY, "Connection timed out"),
				Arguments.of(new UnknownHostException("nowhere"), CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM,
						"unknown host nowhere"),
				Arguments.of(new NoRouteToHostException("No route: refused"), CloseReason.UPSTREAM_UNREACHABLE,
						EndedBy.UPSTREAM, "No route: refused"),
				Arguments.of(new ConnectException("finishConnect(..) failed with error(-111): Connection refused"),
						CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM, "Connection refused"),
				Arguments.of(new IllegalStateException(new ConnectException("Connection refused")),
						CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM, "Connection refused"),
				Arguments.of(new ConnectException("Network is unreachable"), CloseReason.UPSTREAM_UNREACHABLE,
						EndedBy.UPSTREAM, "Network is unreachable"),
				Arguments.of(new IOException("Connection refused"), CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM,
						"Connection refused"),
				Arguments.of(new IOException(), CloseReason.UPSTREAM_UNREACHABLE, EndedBy.UPSTREAM, "IOException"));
	}

	@ParameterizedTest
	@MethodSource("connects")
	void connectFailsForAReason(Exception thrown, CloseReason reason, EndedBy endedBy, String text) {
		assertThat(SocketErrors.connectCause(thrown, "target:7101"))
			.isEqualTo(new Cause(reason, endedBy, "target:7101: " + text));
	}

	static Stream<Arguments> faults() {
		return Stream.of(Arguments.of(new IOException("Broken pipe"), true, true),
				Arguments.of(new IllegalStateException(new IOException("write(..) failed: Broken pipe")), true, true),
				Arguments.of(new IOException("Connection reset by peer"), true, false),
				Arguments.of(new IOException(), true, false), Arguments.of(new IllegalStateException(), false, false),
				Arguments.of(new IOException(new IllegalStateException("of code")), false, false));
	}

	@ParameterizedTest
	@MethodSource("faults")
	void faultIsTheSocketsOrOfCode(Exception thrown, boolean sockets, boolean afterFin) {
		assertThat(SocketErrors.isSockets(thrown)).isEqualTo(sockets);
		assertThat(SocketErrors.isAfterFin(thrown)).isEqualTo(afterFin);
	}

	@Test
	void faultOfCodeIsTheGatewaysOwn() {
		assertThat(SocketErrors.cause(Side.UPSTREAM, new IOException(new IllegalStateException("timed out")),
				() -> true, LIMIT))
			.isEqualTo(Cause.byGateway(CloseReason.INTERNAL_ERROR, "java.lang.IllegalStateException: timed out"));
	}

	/** What Netty puts before the words of the operating system. */
	@ParameterizedTest
	@ValueSource(
			strings = { "", "recvAddress(..) failed with error(-104): ", "writev(..) failed: ", "syscall:read(..): " })
	void onlyTheWordsOfTheOperatingSystemAreSaid(String before) {
		assertThat(SocketErrors.text(new IOException(before + "Connection reset by peer")))
			.isEqualTo("Connection reset by peer");
	}

	@Test
	void resetHasItsSide() {
		assertThat(SocketErrors.reset(Side.INBOUND))
			.isEqualTo(new Cause(CloseReason.INBOUND_RESET, EndedBy.INBOUND, "Connection reset by peer"));
		assertThat(SocketErrors.reset(Side.UPSTREAM))
			.isEqualTo(new Cause(CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM, "Connection reset by peer"));
		assertThat(SocketErrors.connectedToItself("target:7101")).isEqualTo(new Cause(CloseReason.UPSTREAM_REFUSED,
				EndedBy.UPSTREAM, "target:7101: Connection refused (connected to itself)"));
	}

}
