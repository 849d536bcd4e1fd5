package io.framegate.connection;

import io.framegate.closure.Side;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a connection is read, and when it is not.
 */
class ReadGateTests {

	private static final int WASTE = 1024 * 1024;

	private final ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);

	private final Recorder owner = new Recorder();

	private final ReadGate gate = new ReadGate(this.owner, this.life, Side.INBOUND, 100);

	@Test
	void everyReasonNotToReadCounts() {
		this.life.established();
		this.gate.open();
		assertThat(this.owner.reading).isTrue();
		this.owner.time = 5;
		this.gate.pause();
		this.owner.time = 9;
		assertThat(this.gate.hold(false)).isTrue();
		assertThat(this.gate.hold(false)).isFalse();
		this.gate.starve();
		assertThat(this.owner.reading).isFalse();
		assertThat(this.owner.starving).isTrue();
		assertThat(this.gate.stoppedAt()).isEqualTo(5);
		assertThat(this.gate.resume()).isTrue();
		assertThat(this.gate.release()).isTrue();
		assertThat(this.gate.isStopped()).isTrue();
		assertThat(this.gate.feed()).isTrue();
		assertThat(this.gate.isStopped()).isFalse();
		assertThat(this.owner.starving).isFalse();
		assertThat(this.gate.resume()).isFalse();
	}

	@Test
	void whatIsThrownAwayIsReadThoughTheHandlerPauses() {
		this.life.established();
		this.gate.open();
		this.gate.discard();
		this.gate.pause();
		assertThat(this.owner.reading).isTrue();
		assertThat(this.gate.isKeeping()).isFalse();
		this.gate.hold(true);
		assertThat(this.owner.reading).isFalse();
	}

	@Test
	void whatComesBeforeItIsOpenIsKept() {
		assertThat(this.gate.isKeeping()).isTrue();
		this.life.established();
		assertThat(this.gate.isKeeping()).isFalse();
	}

	@Test
	void peerThatGoesOnIsNotListenedToBeforeOurFinAndNotLongAfter() {
		this.life.established();
		this.gate.open();
		this.gate.waste(WASTE);
		assertThat(this.owner.reading).isTrue();
		this.gate.waste(1);
		assertThat(this.owner.reading).isFalse();
		assertThat(this.gate.isFedUp()).isTrue();
		this.life.outputEnded();
		this.gate.linger();
		assertThat(this.owner.reading).isTrue();
		this.gate.waste(WASTE);
		assertThat(this.owner.lingered).isZero();
		this.gate.waste(1);
		assertThat(this.owner.lingered).isEqualTo(1);
	}

	@Test
	void nothingIsReadAfterFin() {
		this.life.established();
		this.gate.open();
		this.gate.end();
		this.gate.open();
		assertThat(this.owner.reading).isFalse();
	}

	/** Remembers what it is told. */
	private static final class Recorder implements ReadGate.Owner {

		private long time;

		private boolean reading;

		private boolean starving;

		private int lingered;

		@Override
		public long now() {
			return this.time;
		}

		@Override
		public void setReading(boolean reading) {
			this.reading = reading;
		}

		@Override
		public void starved(boolean starved) {
			this.starving = starved;
		}

		@Override
		public void lingered() {
			this.lingered++;
		}

	}

}
