package io.framegate.upstream;

import java.util.stream.IntStream;

import io.framegate.route.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What makes a target trusted again.
 */
class TargetStateTests {

	private static final int FALL = 3;

	private final TargetState state = new TargetState(new Target("127.0.0.1", 7), FALL);

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

}
