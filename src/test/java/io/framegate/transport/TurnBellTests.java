package io.framegate.transport;

import java.util.ArrayList;
import java.util.List;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TurnBellTests {

	private static final int LONG_TURN = 1024;

	private final List<IoOps> submitted = new ArrayList<>();

	private final TurnBell bell = new TurnBell();

	TurnBellTests() {
		this.bell.register(new Submissions());
	}

	@Test
	void shortTurnIsNotEnded() {
		answers(LONG_TURN - 1);
		assertThat(this.submitted).isEmpty();
	}

	@Test
	void longTurnIsEndedByTheAnswerToOneCall() {
		answers(3 * LONG_TURN);
		assertThat(this.submitted).hasSize(1);
		assertThatThrownBy(this::ring).isInstanceOf(TurnBell.Rung.class);
	}

	@Test
	void lateAnswerDoesNotEndTheNextTurn() {
		answers(LONG_TURN);
		this.bell.reset();
		answers(1);
		assertThatCode(this::ring).doesNotThrowAnyException();
		answers(LONG_TURN - 1);
		assertThat(this.submitted).hasSize(2);
		assertThatThrownBy(this::ring).isInstanceOf(TurnBell.Rung.class);
	}

	@Test
	void nothingEndsTheLastTurn() {
		answers(LONG_TURN);
		this.bell.silence();
		assertThatCode(this::ring).doesNotThrowAnyException();
	}

	private void answers(int count) {
		for (int i = 0; i < count; i++) {
			this.bell.answered();
		}
	}

	private void ring() {
		this.bell.handle(new Submissions(), new IoUringIoEvent(0, 0, (byte) 0, 1L));
	}

	private final class Submissions implements IoRegistration {

		@Override
		public <T> T attachment() {
			throw new IllegalStateException("Nobody asks");
		}

		@Override
		public long submit(IoOps ops) {
			TurnBellTests.this.submitted.add(ops);
			return 1;
		}

		@Override
		public boolean isValid() {
			return true;
		}

		@Override
		public boolean cancel() {
			return true;
		}

	}

}
