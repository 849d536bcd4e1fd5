package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.framegate.route.Target;
import io.framegate.transport.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What makes a target trusted again.
 */
class TargetStateTests {

	private static final int FALL = 3;

	private final TestClock clock = new TestClock();

	private final TargetState state = new TargetState(new Target("127.0.0.1", 7), FALL, this.clock);

	private void fail(Evidence what) {
		IntStream.range(0, FALL).forEach((i) -> this.state.failed(what));
	}

	@ParameterizedTest
	@EnumSource
	void isLeftAloneAfterSoManyFailures(Evidence what) {
		IntStream.range(1, FALL).forEach((i) -> this.state.failed(what));
		assertThat(this.state.isUp()).isTrue();
		this.state.failed(what);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.EJECTED);
		assertThat(this.state.isSilent()).isEqualTo(what != Evidence.CONNECT);
		this.state.worked();
		assertThat(this.state.status()).isEqualTo(TargetState.Status.UP);
	}

	@Test
	void acceptingConnectionsIsEnoughForOneThatRefusedThem() {
		fail(Evidence.CONNECT);
		this.state.connected();
		assertThat(this.state.status()).isEqualTo(TargetState.Status.UP);
	}

	@Test
	void acceptingConnectionsSaysNothingOfOneThatDoesNotAnswer() {
		fail(Evidence.ANSWER);
		this.state.connected();
		this.state.well(Evidence.CONNECT);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.EJECTED);
		assertThat(this.state.wellAt()).isZero();
		this.state.well(Evidence.ANSWER);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.UP);
		assertThat(this.state.wellAt()).isNotZero();
	}

	@Test
	void answeringHeartbeatsSaysNothingOfOneThatDoesNotAnswerRequests() {
		fail(Evidence.EXCHANGE);
		this.state.answered();
		this.state.well(Evidence.ANSWER);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.EJECTED);
	}

	@Test
	void failuresAreInARow() {
		IntStream.range(1, FALL).forEach((i) -> this.state.failed(Evidence.EXCHANGE));
		this.state.worked();
		IntStream.range(1, FALL).forEach((i) -> this.state.failed(Evidence.EXCHANGE));
		assertThat(this.state.isUp()).isTrue();
	}

	/** How many replies too many came, and the rest that is configured. */
	@ParameterizedTest
	@CsvSource({ "0, 1, 1", "1, 1, 5", "2, 1, 10", "3, 1, 20", "4, 1, 40", "9, 1, 40", "2, 15, 15", "4, 0, 0" })
	void restIsLongerAfterRepliesTooMany(int replies, long usualMillis, long restMillis) {
		IntStream.range(0, replies).forEach((i) -> this.state.unexpectedReply());
		assertThat(this.state.rest(TimeUnit.MILLISECONDS.toNanos(usualMillis)))
			.isEqualTo(TimeUnit.MILLISECONDS.toNanos(restMillis));
	}

	/** How long ago the last of three unexpected replies came, and the rest. */
	@ParameterizedTest
	@CsvSource({ "0, 20", "599999, 20", "600000, 20", "600001, 1", "36000000, 1" })
	void isTrustedAgainTenMinutesAfterTheLastUnexpectedReply(long millis, long restMillis) {
		this.state.unexpectedReply();
		this.state.unexpectedReply();
		this.clock.pass(60_000);
		this.state.unexpectedReply();
		this.clock.pass(millis);
		assertThat(this.state.rest(TimeUnit.MILLISECONDS.toNanos(1)))
			.isEqualTo(TimeUnit.MILLISECONDS.toNanos(restMillis));
	}

	/** How long after three unexpected replies the next one comes. */
	@ParameterizedTest
	@CsvSource({ "0, 40", "600000, 40", "600001, 5" })
	void nextUnexpectedReplyCountsAsTheFirstOfOneThatIsTrusted(long millis, long restMillis) {
		IntStream.range(0, 3).forEach((i) -> this.state.unexpectedReply());
		this.clock.pass(millis);
		this.state.unexpectedReply();
		assertThat(this.state.rest(TimeUnit.MILLISECONDS.toNanos(1)))
			.isEqualTo(TimeUnit.MILLISECONDS.toNanos(restMillis));
	}

	/** The first pause is a second, up to a fifth of it less by chance. */
	@Test
	void isTriedAfterAPause() {
		assertThat(this.state.isTrialDue()).isFalse();
		fail(Evidence.EXCHANGE);
		this.clock.pass(799);
		assertThat(this.state.isTrialDue()).isFalse();
		this.state.well(Evidence.CONNECT);
		assertThat(this.state.isUp()).isFalse();
		this.clock.pass(201);
		assertThat(this.state.isTrialDue()).isTrue();
		this.state.well(Evidence.CONNECT);
		assertThat(this.state.isUp()).isTrue();
		assertThat(this.state.wellAt()).isEqualTo(this.clock.getAsLong() | 1);
		// Not trusted as before: one failure is enough now, and the pause is longer.
		this.state.failed(Evidence.EXCHANGE);
		this.clock.pass(1599);
		assertThat(this.state.isTrialDue()).isFalse();
		this.clock.pass(401);
		assertThat(this.state.isTrialDue()).isTrue();
		this.state.answered();
		assertThat(this.state.isUp()).isTrue();
	}

	@Test
	void isDownUntilItIsFoundWell() {
		assertThat(this.state.status()).isEqualTo(TargetState.Status.UNKNOWN);
		fail(Evidence.EXCHANGE);
		this.state.down(true);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.DOWN);
		assertThat(this.state.isUp()).isFalse();
		this.state.down(false);
		assertThat(this.state.status()).isEqualTo(TargetState.Status.UP);
		assertThat(this.state.isSilent()).isFalse();
	}

	@Test
	void connectionsAreCounted() {
		this.state.begun();
		this.state.begun();
		this.state.ended();
		assertThat(this.state.connections()).isEqualTo(1);
	}

	/** Its addresses, and whether a connection to port 7 of 127.0.0.1 leads to it. */
	@ParameterizedTest
	@CsvSource({ "'', true", "127.0.0.1:7, true", "127.0.0.2:7 127.0.0.1:7, true", "127.0.0.2:7, false",
			"127.0.0.1:8, false" })
	void isAtItsAddresses(String addresses, boolean at) {
		this.state.addresses(addresses(addresses));
		assertThat(this.state.isAt(new InetSocketAddress("127.0.0.1", 7))).isEqualTo(at);
	}

	@Test
	void mayBeAnywhereWhereItsNameIsNotKnown() {
		this.state.addresses(List.of(InetSocketAddress.createUnresolved("server.example", 7)));
		assertThat(this.state.isAt(new InetSocketAddress("127.0.0.1", 7))).isTrue();
		assertThat(this.state.isLookedUp()).isTrue();
	}

	@Test
	void addressesTakeTurns() {
		this.state.addresses(addresses("127.0.0.1:1 127.0.0.1:2 127.0.0.1:3"));
		for (String expected : List.of("123", "231", "312", "123")) {
			assertThat(this.state.addressesInTurn().stream().map((one) -> String.valueOf(one.getPort())))
				.containsExactly(expected.split(""));
		}
	}

	private static List<InetSocketAddress> addresses(String text) {
		return Arrays.stream(text.split(" "))
			.filter((one) -> !one.isEmpty())
			.map((one) -> new InetSocketAddress(one.split(":")[0], Integer.parseInt(one.split(":")[1])))
			.toList();
	}

}
