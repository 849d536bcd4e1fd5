package io.framegate.actuate;

import java.util.ArrayDeque;
import java.util.Deque;

import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Limits how many requests are handled at once. The others wait in order, without a
 * thread. Any thread may call.
 */
final class Turnstile {

	private final Deque<MonoSink<Boolean>> waiting = new ArrayDeque<>();

	private int free;

	Turnstile(int permits) {
		this.free = permits;
	}

	/**
	 * Does something in its turn.
	 * @param <T> the type of the result
	 * @param work what to do
	 * @return the result, later
	 */
	<T> Mono<T> pass(Mono<T> work) {
		return Mono.usingWhen(Mono.create(this::enter), (turn) -> work, (turn) -> Mono.fromRunnable(this::leave));
	}

	private void enter(MonoSink<Boolean> turn) {
		synchronized (this) {
			if (this.free == 0) {
				this.waiting.add(turn);
				turn.onCancel(() -> forget(turn));
				return;
			}
			this.free--;
		}
		turn.success(true);
	}

	private void forget(MonoSink<Boolean> turn) {
		boolean waits;
		synchronized (this) {
			waits = this.waiting.remove(turn);
		}
		if (!waits) {
			// It had just been let through.
			leave();
		}
	}

	private void leave() {
		MonoSink<Boolean> next;
		synchronized (this) {
			next = this.waiting.poll();
			if (next == null) {
				this.free++;
				return;
			}
		}
		next.success(true);
	}

}
