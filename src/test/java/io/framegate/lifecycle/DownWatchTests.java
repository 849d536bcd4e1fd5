package io.framegate.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;

import io.framegate.route.WhenDown;
import io.framegate.transport.ManualLoop;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a route's port is closed and opened, on a clock that the test moves.
 */
class DownWatchTests {

	private final ManualLoop loop = new ManualLoop();

	private final Deque<Runnable> turns = new ArrayDeque<>();

	private final Port port = new Port();

	private boolean up = true;

	private final DownWatch watch = new DownWatch(this.port, "s", WhenDown.REFUSE, () -> this.up, this.turns::add,
			this.loop);

	private void pass(long millis) {
		for (long left = millis; left > 0; left -= 100) {
			this.loop.pass(100);
			this.loop.sweep();
		}
		while (!this.turns.isEmpty()) {
			this.turns.remove().run();
		}
	}

	@Test
	void targetThatComesAndGoesMovesThePortOnceASecondAtMost() {
		this.watch.start();
		int downs = 0;
		for (int i = 0; i < 100; i++) {
			this.up = !this.up;
			downs += this.up ? 0 : 1;
			pass(100);
		}
		assertThat(downs).isEqualTo(50);
		assertThat(this.port.moves).isBetween(5, 10);
	}

	@Test
	void portIsClosedAndOpenedInTheRoutesTurn() {
		this.watch.start();
		this.up = false;
		pass(900);
		assertThat(this.port.open).isTrue();
		this.loop.pass(100);
		this.loop.sweep();
		this.loop.sweep();
		assertThat(this.turns).hasSize(1);
		assertThat(this.port.open).isTrue();
		pass(100);
		assertThat(this.port.open).isFalse();
		assertThat(this.watch.isClosed()).isTrue();
		this.up = true;
		pass(1000);
		assertThat(this.port.open).isTrue();
		assertThat(this.watch.isClosed()).isFalse();
	}

	@Test
	void nobodyMovesAPortThatTheRouteDoesNotWant() {
		this.watch.start();
		this.port.wanted = false;
		this.up = false;
		pass(5000);
		assertThat(this.port.moves).isZero();
		assertThat(this.watch.mayOpen()).isFalse();
		this.port.wanted = true;
		this.up = true;
		this.loop.pass(100);
		this.loop.sweep();
		this.port.wanted = false;
		pass(1000);
		assertThat(this.port.moves).as("its turn came too late").isZero();
	}

	@Test
	void portThatIsInUseIsTriedAgain() {
		this.watch.start();
		this.up = false;
		pass(1000);
		this.port.fault = "in use";
		this.up = true;
		pass(1000);
		assertThat(this.watch.isClosed()).isTrue();
		assertThat(this.watch.reason()).isEqualTo("in use");
		this.port.fault = "";
		pass(1000);
		assertThat(this.watch.isClosed()).isFalse();
		assertThat(this.port.open).isTrue();
	}

	@Test
	void routeThatAcceptsIsLeftAlone() {
		this.watch.change(WhenDown.ACCEPT);
		this.watch.start();
		this.up = false;
		pass(5000);
		assertThat(this.port.moves).isZero();
		this.watch.change(WhenDown.REFUSE);
		pass(100);
		assertThat(this.port.open).isFalse();
		this.watch.change(WhenDown.ACCEPT);
		pass(1000);
		assertThat(this.port.open).isTrue();
		this.watch.stop();
		this.watch.change(WhenDown.REFUSE);
		pass(5000);
		assertThat(this.port.open).isTrue();
	}

	private static final class Port implements DownWatch.Owner {

		private boolean wanted = true;

		private boolean open = true;

		private String fault = "";

		private int moves;

		@Override
		public boolean wantsToListen() {
			return this.wanted;
		}

		@Override
		public void openPort() {
			if (!this.fault.isEmpty()) {
				throw new IllegalStateException(this.fault);
			}
			this.open = true;
			this.moves++;
		}

		@Override
		public void closePort() {
			this.open = false;
			this.moves++;
		}

	}

}
