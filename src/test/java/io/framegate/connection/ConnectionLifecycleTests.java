package io.framegate.connection;

import java.time.Instant;

import io.framegate.closure.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The steps of a connection's life.
 */
class ConnectionLifecycleTests {

	private final ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			ACCEPTED      | PROXY_HEADER TLS_HANDSHAKE OPEN DRAINING CLOSED
			CONNECTING    | TLS_HANDSHAKE OPEN DRAINING CLOSED
			PROXY_HEADER  | ACCEPTED TLS_HANDSHAKE OPEN DRAINING CLOSED
			TLS_HANDSHAKE | ACCEPTED OPEN DRAINING CLOSED
			OPEN          | READ_CLOSED WRITE_CLOSED DRAINING CLOSED
			READ_CLOSED   | DRAINING CLOSED
			WRITE_CLOSED  | DRAINING CLOSED
			DRAINING      | CLOSED
			CLOSED        | none
			""")
	void stateHasTheStepsOfItsDiagramAndNoOther(ConnectionState from, String steps) {
		for (ConnectionState next : ConnectionState.values()) {
			assertThat(from.mayBecome(next)).as("%s to %s", from, next)
				.isEqualTo((" " + steps + " ").contains(" " + next + " "));
		}
	}

	@Test
	void bothDirectionsEndInEitherOrder() {
		this.life.established();
		assertThat(this.life.state()).isEqualTo(ConnectionState.OPEN);
		this.life.inputDone();
		assertThat(this.life.state()).isEqualTo(ConnectionState.READ_CLOSED);
		assertThat(this.life.isDone()).isFalse();
		this.life.outputEnded();
		assertThat(this.life.state()).isEqualTo(ConnectionState.READ_CLOSED);
		assertThat(this.life.isDone()).isTrue();
		this.life.closed();
		assertThat(this.life.isOpen()).isFalse();
	}

	@Test
	void allItsStatesAreKept() {
		assertThat(this.life.states()).extracting(StateChange::state).containsExactly(ConnectionState.ACCEPTED);
		Instant begin = this.life.states().getFirst().since();
		this.life.shakeHands();
		this.life.introduced();
		this.life.established();
		this.life.inputDone();
		this.life.closed();
		assertThat(this.life.states()).extracting(StateChange::state)
			.containsExactly(ConnectionState.ACCEPTED, ConnectionState.TLS_HANDSHAKE, ConnectionState.ACCEPTED,
					ConnectionState.OPEN, ConnectionState.READ_CLOSED, ConnectionState.CLOSED);
		assertThat(this.life.states()).extracting(StateChange::since).isSorted().startsWith(begin);
	}

	@Test
	void finThatWasSentBeforeItOpenedIsNotForgotten() {
		assertThat(this.life.isWaitingToOpen()).isTrue();
		this.life.outputEnded();
		assertThat(this.life.state()).isEqualTo(ConnectionState.ACCEPTED);
		this.life.established();
		assertThat(this.life.isWaitingToOpen()).isFalse();
		assertThat(this.life.state()).isEqualTo(ConnectionState.WRITE_CLOSED);
	}

	@Test
	void drainHidesNoDirectionsEnd() {
		this.life.established();
		this.life.drain();
		this.life.inputDone();
		this.life.outputEnded();
		assertThat(this.life.state()).isEqualTo(ConnectionState.DRAINING);
		assertThat(this.life.isDone()).isTrue();
	}

	@Test
	void closedConnectionStaysClosed() {
		this.life.closed();
		assertThatIllegalStateException().isThrownBy(this.life::established);
		assertThatIllegalStateException().isThrownBy(this.life::drain);
		assertThatIllegalStateException().isThrownBy(this.life::closed)
			.withMessage("A connection that is CLOSED cannot become CLOSED");
	}

	/** What has become of each direction, and what that says. */
	@Test
	void directionGoesThroughItsStepsAndNeverBack() {
		this.life.established();
		assertThat(this.life.isFinRead()).isFalse();
		this.life.finRead();
		assertThat(this.life.isFinRead()).isTrue();
		assertThat(this.life.isInputCut()).isFalse();
		this.life.inputCut();
		assertThat(this.life.isInputCut()).isTrue();
		assertThat(this.life.isInputDone()).isFalse();
		assertThat(this.life.state()).isEqualTo(ConnectionState.OPEN);
		this.life.inputDone();
		this.life.finRead();
		assertThat(this.life.isInputDone()).isTrue();
		assertThat(this.life.isOutputEnding()).isFalse();
		this.life.endOutput();
		assertThat(this.life.isOutputEnding()).isTrue();
		assertThat(this.life.isOutputComplete()).isFalse();
		this.life.outputComplete();
		assertThat(this.life.isOutputComplete()).isTrue();
		assertThat(this.life.isOutputEnded()).isFalse();
		this.life.outputEnded();
		this.life.endOutput();
		assertThat(this.life.isOutputEnded()).isTrue();
	}

	@Test
	void laterStepIncludesTheEarlierOnes() {
		this.life.established();
		this.life.inputDone();
		assertThat(this.life.isFinRead()).isTrue();
		assertThat(this.life.isInputCut()).isTrue();
		this.life.outputEnded();
		assertThat(this.life.isOutputEnding()).isTrue();
		assertThat(this.life.isOutputComplete()).isTrue();
	}

	@Test
	void severedSocketTakesNothingButHasNotSentFin() {
		this.life.established();
		this.life.sever();
		assertThat(this.life.isSevered()).isTrue();
		assertThat(this.life.isOutputEnding()).isTrue();
		assertThat(this.life.isOutputComplete()).isFalse();
		assertThat(this.life.isOutputEnded()).isFalse();
	}

	@Test
	void upstreamConnectionBeginsWithConnecting() {
		assertThat(new ConnectionLifecycle(Side.UPSTREAM).state()).isEqualTo(ConnectionState.CONNECTING);
	}

}
