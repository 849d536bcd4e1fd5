package io.framegate.connection;

import java.io.IOException;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How connections end, step by step, and which reason is left of several.
 */
class CloseSequenceTests {

	private TestConnection connection = new TestConnection("lf");

	@AfterEach
	void close() {
		this.connection.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					open input-done                                          | input-ended
					open output-done                                         | ''
					open input-done output-done                              | input-ended closed:INBOUND_EOF
					open output-done input-done                              | input-ended closed:INBOUND_EOF
					open input-done:TRUNCATED_FRAME                          | input-ended
					open input-done:TRUNCATED_FRAME output-done              | input-ended closed:TRUNCATED_FRAME
					open close:SHUTDOWN                                      | closed:SHUTDOWN
					open close:INBOUND_EOF                                   | closed:INBOUND_RESET
					open because:SHUTDOWN close:IDLE_TIMEOUT                 | closed:SHUTDOWN
					open because:INBOUND_EOF close:IDLE_TIMEOUT              | closed:IDLE_TIMEOUT
					open because:SHUTDOWN input-done output-done             | input-ended closed:SHUTDOWN
					open close:SHUTDOWN close:IDLE_TIMEOUT input-done        | closed:SHUTDOWN
					open abort:OPERATOR_ABORT                                | closed:OPERATOR_ABORT RST
					open because:SHUTDOWN abort:OPERATOR_ABORT               | closed:OPERATOR_ABORT RST
					open because:IDLE_TIMEOUT abort:OPERATOR_ABORT           | closed:IDLE_TIMEOUT RST
					open drain-expired                                       | closed:DRAIN_TIMEOUT
					open because:SHUTDOWN drain-expired                      | closed:DRAIN_TIMEOUT
					open because:INBOUND_EOF drain-expired                   | closed:DRAIN_TIMEOUT
					open because:BAD_FRAME drain-expired                     | closed:BAD_FRAME
					open gracefully:SHUTDOWN                                 | drain fin
					open gracefully:SHUTDOWN input-done                      | drain fin input-ended closed:SHUTDOWN
					open input-done gracefully:SHUTDOWN                      | input-ended drain fin closed:SHUTDOWN
					open output-done gracefully:SHUTDOWN                     | drain
					open gracefully:SHUTDOWN gracefully:IDLE_TIMEOUT         | drain fin
					open sever gracefully:SHUTDOWN                           | closed:SHUTDOWN
					open close:SHUTDOWN gracefully:IDLE_TIMEOUT              | closed:SHUTDOWN
					fault:reset                                              | closed:INBOUND_RESET
					open fault:reset                                         | severed:INBOUND_RESET
					open fault:reset fault:bug                               | severed:INBOUND_RESET
					open fault:reset input-done                              | severed:INBOUND_RESET closed:INBOUND_RESET
					open fault:pipe input-done                               | severed:INBOUND_RESET input-ended closed:INBOUND_RESET
					open fin fault:reset input-done                          | end severed:INBOUND_RESET input-ended closed:INBOUND_RESET
					open input-done fault:reset                              | input-ended closed:INBOUND_RESET
					open discard fault:reset                                 | closed:INBOUND_RESET
					open fault:bug                                           | closed:INTERNAL_ERROR
					open because:INBOUND_EOF fault:reset input-done          | severed:INBOUND_RESET closed:INBOUND_RESET
					open because:SHUTDOWN fault:reset input-done             | severed:INBOUND_RESET closed:SHUTDOWN
					open sever input-done                                    | closed:INBOUND_RESET
					open lingered                                            | closed:DRAIN_TIMEOUT
					open because:INBOUND_EOF lingered                        | closed:DRAIN_TIMEOUT
					open because:SHUTDOWN lingered                           | closed:SHUTDOWN
					open broken                                              | fail:INTERNAL_ERROR
					open broken broken                                       | fail:INTERNAL_ERROR closed:INTERNAL_ERROR
					open fail-fails broken                                   | fail:INTERNAL_ERROR closed:INTERNAL_ERROR
					open close:SHUTDOWN broken                               | closed:SHUTDOWN
					open gone                                                | closed:INBOUND_RESET
					open gone gone                                           | closed:INBOUND_RESET
					open reset-after:IDLE_TIMEOUT                            | closed:IDLE_TIMEOUT RST
					open reset-after:IDLE_TIMEOUT gracefully:SHUTDOWN        | closed:IDLE_TIMEOUT RST
					open write reset-after:IDLE_TIMEOUT                      | taken drain
					open write reset-after:IDLE_TIMEOUT gracefully:SHUTDOWN  | taken drain
					open room:0 write reset-after:IDLE_TIMEOUT               | ''
					open room:0 write reset-after:IDLE_TIMEOUT sweep         | ''
					open room:0 write reset-after:IDLE_TIMEOUT take sweep    | taken drain
					open room:0 write reset-after:IDLE_TIMEOUT fault:reset   | closed:IDLE_TIMEOUT RST
					open room:0 write reset-after:IDLE_TIMEOUT drain-expired | closed:IDLE_TIMEOUT RST
					open sever reset-after:IDLE_TIMEOUT                      | closed:IDLE_TIMEOUT
					open close:SHUTDOWN reset-after:IDLE_TIMEOUT             | closed:SHUTDOWN
					open sweep                                               | ''
					""")
	void connectionEnds(String steps, String told) {
		this.connection.socket.closeFuture().addListener((future) -> this.connection.ending.closed());
		for (String step : steps.split(" ")) {
			take(step);
		}
		boolean reset = !this.connection.socket.isOpen() && this.connection.socket.isResetting();
		assertThat(this.connection.story() + (reset ? " RST" : "")).isEqualTo(told);
		assertThat(this.connection.socket.isOpen()).isNotEqualTo(told.contains("closed:"));
		assertThat(this.connection.life.isOpen()).isEqualTo(this.connection.socket.isOpen());
	}

	private void take(String step) {
		TestConnection it = this.connection;
		CloseSequence ending = it.ending;
		String word = step.contains(":") ? step.substring(step.indexOf(':') + 1) : "";
		switch (step.split(":")[0]) {
			case "open" -> it.open();
			case "input-done" -> ending.inputDone(word.isEmpty() ? null : cause(word));
			case "output-done" -> {
				it.life.outputEnded();
				ending.outputDone();
			}
			case "because" -> ending.because(cause(word));
			case "close" -> ending.close(cause(word));
			case "abort" -> ending.abort(cause(word));
			case "drain-expired" -> ending.drainExpired(cause("DRAIN_TIMEOUT"));
			case "gracefully" -> ending.closeGracefully(cause(word));
			case "reset-after" -> ending.resetAfterWrites(cause(word));
			case "sever" -> it.life.sever();
			case "pause" -> it.gate.pause();
			case "fin" -> it.reader.finRead(null);
			case "discard" -> it.reader.discard();
			case "lingered" -> ending.lingered();
			case "gone" -> it.socket.close();
			case "sweep" -> ending.resetIfTaken();
			case "room" -> it.socket.room(Long.parseLong(word));
			case "take" -> it.socket.take(Long.MAX_VALUE);
			case "write" -> {
				it.write("A");
				it.writer.flushGathered();
			}
			case "fail-fails" -> it.onFail = () -> {
				throw new IllegalStateException("as this test wants it");
			};
			case "broken" -> ending.broken(new IllegalStateException("as this test wants it"));
			case "fault" -> ending.exceptionCaught(switch (word) {
				case "reset" -> new IOException("Connection reset by peer");
				case "pipe" -> new IOException("Broken pipe");
				default -> new IllegalStateException("as this test wants it");
			});
			default -> throw new IllegalArgumentException(step);
		}
	}

	private static Cause cause(String reason) {
		return Cause.byGateway(CloseReason.valueOf(reason), "detail of " + reason);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			SHUTDOWN  | GATEWAY | detail of DRAIN_TIMEOUT; drain begun by shutdown
			BAD_FRAME | GATEWAY | detail of BAD_FRAME; detail of DRAIN_TIMEOUT
			          | GATEWAY | detail of DRAIN_TIMEOUT
			""")
	void expiredDrainSaysWhoBeganIt(String began, EndedBy endedBy, String detail) {
		this.connection.open();
		if (began != null) {
			this.connection.ending.because(cause(began));
		}
		this.connection.ending.drainExpired(cause("DRAIN_TIMEOUT"));
		assertThat(this.connection.ending.cause()).isNotNull().satisfies((cause) -> {
			assertThat(cause.endedBy()).isEqualTo(endedBy);
			assertThat(cause.detail()).isEqualTo(detail);
		});
	}

	/** The kernel gives up a connection on which nothing went for so many seconds. */
	@ParameterizedTest
	@CsvSource({ "59, WRITE_TIMEOUT, 1", "60, IDLE_TIMEOUT, 0" })
	void kernelGivesUpAtKeepaliveOnlyWhereItWasQuiet(int seconds, CloseReason reason, int fired) {
		TestConnection it = this.connection.open();
		it.pass(seconds * TestConnection.SECOND);
		it.ending.exceptionCaught(new IOException("Connection timed out"));
		assertThat(it.causes).extracting(Cause::reason).containsExactly(reason);
		assertThat(it.timeouts.fired(Timeout.WRITE)).isEqualTo(fired);
	}

	@Test
	void writeTimerThatIsNotTheCauseIsNotCounted() {
		TestConnection it = this.connection.open();
		it.ending.because(cause("SHUTDOWN"));
		it.ending.exceptionCaught(new IOException("Connection timed out"));
		assertThat(it.timeouts.fired(Timeout.WRITE)).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			open input-done                | false
			open close:SHUTDOWN            | false
			open abort:OPERATOR_ABORT      | true
			open fault:reset               | true
			open fault:bug                 | false
			open reset-after:IDLE_TIMEOUT  | false
			""")
	void whatCameFromAPeerThatWasCutOffMustNotLookWhole(String steps, boolean abrupt) {
		for (String step : steps.split(" ")) {
			take(step);
		}
		assertThat(this.connection.ending.isAbrupt()).isEqualTo(abrupt);
	}

	@Test
	void upstreamConnectionThatConnectsEndsAtOnce() {
		upstream(false);
		take("fault:reset");
		assertThat(this.connection.socket.isOpen()).isFalse();
		assertThat(this.connection.ending.cause()).extracting(Cause::reason).isEqualTo(CloseReason.UPSTREAM_RESET);
	}

	@Test
	void upstreamConnectionEndsWithTheServersFin() {
		upstream(false);
		this.connection.open();
		take("output-done");
		take("input-done");
		assertThat(this.connection.ending.cause()).isEqualTo(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
	}

	/** What a shared connection got before its reset must not be half of a reply. */
	@ParameterizedTest
	@CsvSource({ "false, true", "true, false" })
	void onlyWhatIsNotSharedEndsInOrderAfterAResetThatFollowedFin(boolean shared, boolean ended) {
		upstream(shared);
		this.connection.open();
		take("fault:pipe");
		take("input-done");
		assertThat(this.connection.told.contains("input-ended")).isEqualTo(ended);
	}

	private void upstream(boolean shared) {
		this.connection.close();
		this.connection = new TestConnection(Side.UPSTREAM, Framings.named("lf", false), false, shared, 10_000_000);
	}

	@Test
	void framesThatNeverLeftAreInTheRecord() {
		TestConnection it = this.connection.open();
		it.socket.closeFuture().addListener((future) -> it.ending.closed());
		it.socket.room(1);
		it.write("AB");
		it.write("CDE");
		it.recorder.lose(1, 10);
		take("close:SHUTDOWN");
		assertThat(it.recorder.whenClosed())
			.isCompletedWithValueMatching((closure) -> closure.undelivered().equals(new Closure.Undelivered(3, 15)));
		assertThat(it.metrics.undelivered()).isEqualTo(2);
		assertThat(it.metrics.closed(Side.INBOUND)).isEqualTo(1);
		assertThat(it.place()).isEqualTo(-1);
	}

	@Test
	void resetIsDueWhileNothingMoreIsReadOrEnded() {
		TestConnection it = this.connection.open();
		take("room:0");
		take("write");
		take("reset-after:IDLE_TIMEOUT");
		assertThat(it.life.isResetting()).isTrue();
		assertThat(it.reading).isFalse();
		it.writer.end();
		take("take");
		assertThat(it.told).doesNotContain("fin");
	}

	@Test
	void ourFinGivesAPeerThatWasNotListenedToMoreTime() {
		TestConnection it = this.connection.open();
		it.gate.waste(2 * 1024 * 1024);
		assertThat(it.gate.isFedUp()).isTrue();
		take("output-done");
		assertThat(it.gate.isFedUp()).isFalse();
		assertThat(it.reading).isTrue();
	}

}
