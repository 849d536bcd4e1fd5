package io.framegate.transport;

import java.io.IOException;
import java.net.NoRouteToHostException;
import java.time.Duration;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeouts;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

}
