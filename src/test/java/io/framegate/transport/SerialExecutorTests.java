package io.framegate.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tasks that run one after the other on virtual threads.
 */
class SerialExecutorTests {

	private final SerialExecutor executor = new SerialExecutor("test");

	private final List<String> done = Collections.synchronizedList(new ArrayList<>());

	/** Lets the task go on that blocks. */
	private final CountDownLatch go = new CountDownLatch(1);

	@AfterEach
	void goOn() {
		this.go.countDown();
	}

	private void block(int bytes) throws InterruptedException {
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.submit(() -> {
			begun.countDown();
			await(this.go);
		}, bytes);
		await(begun);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void finish() {
		this.go.countDown();
		CountDownLatch last = new CountDownLatch(1);
		this.executor.submit(last::countDown);
		await(last);
	}

	@Test
	void tasksRunInTheirOrderAndNeverTwoAtATime() {
		AtomicInteger running = new AtomicInteger();
		List<Integer> most = Collections.synchronizedList(new ArrayList<>());
		for (int i = 0; i < 100; i++) {
			String name = "task " + i;
			this.executor.submit(() -> {
				most.add(running.incrementAndGet());
				this.done.add(name);
				running.decrementAndGet();
			});
		}
		finish();
		assertThat(this.done).hasSize(100).startsWith("task 0", "task 1").endsWith("task 99");
		assertThat(most).containsOnly(1);
	}

	@Test
	void taskThatThrowsStopsNone() {
		this.executor.submit(() -> {
			throw new IllegalStateException("as this test wants it");
		});
		this.executor.submit(() -> {
			throw new AssertionError("as this test wants it");
		});
		this.executor.submit(() -> this.done.add("next"));
		finish();
		assertThat(this.done).containsExactly("next");
	}

	@Test
	void whatWaitsAndWhatRunsIsCounted() throws InterruptedException {
		block(100);
		assertThat(this.executor.bytes()).isEqualTo(100);
		assertThat(this.executor.submit(() -> {
		}, 20)).isEqualTo(1);
		assertThat(this.executor.submit(() -> {
		}, 3)).isEqualTo(2);
		assertThat(this.executor.bytes()).isEqualTo(123);
		finish();
		assertThat(this.executor.bytes()).isZero();
	}

	@Test
	void tasksOfOneKindAreTakenBack() throws InterruptedException {
		block(1);
		this.executor.submit(new Named("A"), 10);
		this.executor.submit(() -> this.done.add("other"), 100);
		this.executor.submit(new Named("B"), 1000);
		assertThat(this.executor.takeBack(Named.class)).extracting(Named::name).containsExactly("A", "B");
		assertThat(this.executor.bytes()).isEqualTo(101);
		finish();
		assertThat(this.done).containsExactly("other");
	}

	@Test
	void threadIsVirtualAndHasItsName() {
		this.executor
			.submit(() -> this.done.add(Thread.currentThread().getName() + " " + Thread.currentThread().isVirtual()));
		finish();
		assertThat(this.done).containsExactly("test true");
	}

	@Test
	void workBeginsAgainAfterAPause() {
		for (int i = 0; i < 100; i++) {
			finish();
		}
		this.executor.submit(() -> this.done.add("last"));
		finish();
		assertThat(this.done).containsExactly("last");
	}

	private record Named(String name) implements Runnable {

		@Override
		public void run() {
			throw new IllegalStateException("was taken back");
		}

	}

}
