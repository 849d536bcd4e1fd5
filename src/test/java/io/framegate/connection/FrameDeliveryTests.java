package io.framegate.connection;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.framegate.closure.Cause;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.messaging.MessageDeliveryException;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How frames are handed over, and what becomes of those that nobody takes.
 */
class FrameDeliveryTests {

	private static final int QUARTER_MEGABYTE = 256 * 1024;

	private TestConnection connection = new TestConnection("lf");

	/** Lets a blocking handler go on. */
	private final CountDownLatch go = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.go.countDown();
		this.connection.close();
	}

	private void blocking() {
		this.connection.close();
		this.connection = new TestConnection(Side.INBOUND, Framings.named("lf", false), true, false, 10_000_000);
		this.connection.open();
		this.connection.onFrame = (frame) -> awaitGo();
	}

	private void awaitGo() {
		try {
			this.go.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void deliver(String frame) {
		this.connection.delivery.frame(TestConnection.bytes(frame));
	}

	/** The listener does something with the first of two frames. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			takes it                        | AB C
			vetoes it                       | AB lost:1/2 C
			answers it and vetoes           | AB C
			vetoes, another thread answers  | AB lost:1/2 C
			cannot deliver it               | AB lost:1/2 fail:INTERNAL_ERROR discarded:C
			throws                          | AB lost:1/2 fail:INTERNAL_ERROR discarded:C
			runs into an error              | AB lost:1/2 fail:INTERNAL_ERROR discarded:C
			""")
	void refusedFrameIsTheLast(String what, String told) {
		this.connection.onFrame = (frame) -> {
			if (frame.equals("AB")) {
				listen(what);
			}
		};
		deliver("AB");
		deliver("C");
		assertThat(this.connection.story()).isEqualTo(told);
		assertThat(this.connection.headersAsked).isEqualTo(1);
		assertThat(this.connection.causes).allMatch((cause) -> cause.detail().endsWith(": as this test wants it"));
	}

	private void listen(String what) {
		MessageDeliveryException veto = new MessageDeliveryException(new GenericMessage<>("x"), "vetoed");
		switch (what) {
			case "takes it" -> this.connection.delivery.answered();
			case "vetoes it" -> throw veto;
			case "answers it and vetoes" -> {
				this.connection.delivery.answered();
				throw veto;
			}
			case "vetoes, another thread answers" -> {
				Thread other = Thread.ofVirtual().start(this.connection.delivery::answered);
				while (other.isAlive()) {
					Thread.onSpinWait();
				}
				throw veto;
			}
			case "cannot deliver it" -> throw new MessageDeliveryException(new GenericMessage<>("x"), "not delivered",
					new IllegalStateException("as this test wants it"));
			case "throws" -> throw new IllegalStateException("as this test wants it");
			default -> throw new AssertionError("as this test wants it");
		}
	}

	@Test
	void withoutAHandlerThatBlocksEverythingIsDoneAtOnce() {
		this.connection.delivery.handOver(new byte[1], (message) -> this.connection.told.add("handed over"));
		this.connection.delivery.afterFrames(() -> this.connection.told.add("after"));
		assertThat(this.connection.told).containsExactly("handed over", "after");
		assertThat(this.connection.delivery.isElsewhere()).isFalse();
		assertThat(this.connection.delivery.heldBytes()).isZero();
	}

	@Test
	void blockingHandlerGetsFramesInOrderOnAThreadOfItsOwn() throws InterruptedException {
		blocking();
		AtomicReference<Thread> on = new AtomicReference<>();
		this.connection.onFrame = (frame) -> on.set(Thread.currentThread());
		deliver("A");
		this.connection.delivery.handOver(new byte[3], (message) -> this.connection.told.add("handed over"));
		deliver("B");
		this.connection.delivery.afterFrames(() -> this.connection.told.add("after"));
		this.connection.runUntil("after");
		assertThat(this.connection.told).containsExactly("A", "handed over", "B", "after");
		assertThat(on.get()).matches(Thread::isVirtual).hasFieldOrPropertyWithValue("name", "framegate-test-c-1");
		assertThat(this.connection.delivery.isElsewhere()).isTrue();
	}

	/** The handler has it, and is not done before {@link #go}. */
	private void deliverToBusyHandler(String frame) throws InterruptedException {
		CountDownLatch begun = new CountDownLatch(1);
		this.connection.onFrame = (taken) -> {
			begun.countDown();
			awaitGo();
		};
		deliver(frame);
		begun.await();
	}

	/** The first is with the handler; those after it wait. */
	@Test
	void readingPausesWhileTooManyFramesWait() throws InterruptedException {
		blocking();
		deliverToBusyHandler("A");
		for (int i = 0; i < 63; i++) {
			deliver("B");
		}
		assertThat(this.connection.gate.isHeld()).isFalse();
		deliver("C");
		assertThat(this.connection.gate.isHeld()).isTrue();
		deliver("D");
		this.go.countDown();
		this.connection.delivery.afterFrames(() -> this.connection.told.add("after"));
		this.connection.runUntil("after");
		assertThat(this.connection.gate.isHeld()).isFalse();
		assertThat(this.connection.told).filteredOn("released"::equals).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { QUARTER_MEGABYTE - 1, QUARTER_MEGABYTE })
	void readingPausesWhileTooManyBytesWait(int size) throws InterruptedException {
		blocking();
		this.connection.delivery.frame(new byte[size]);
		assertThat(this.connection.delivery.heldBytes()).isEqualTo(size);
		assertThat(this.connection.gate.isHeld()).isEqualTo(size == QUARTER_MEGABYTE);
		this.go.countDown();
		this.connection.delivery.afterFrames(() -> this.connection.told.add("after"));
		this.connection.runUntil("after");
		assertThat(this.connection.gate.isHeld()).isFalse();
	}

	@Test
	void framesThatWaitWhenItIsClosedReachNobody() throws InterruptedException {
		blocking();
		deliverToBusyHandler("A");
		deliver("B");
		deliver("C");
		this.connection.delivery.close();
		assertThat(this.connection.told).containsExactly("A", "discarded:B", "discarded:C");
		assertThat(this.connection.delivery.heldBytes()).isEqualTo(1);
	}

	@Test
	void frameAfterARefusedOneIsGivenBackToTheLoop() throws InterruptedException {
		blocking();
		this.connection.onFrame = (frame) -> {
			throw new IllegalStateException("as this test wants it");
		};
		deliver("A");
		deliver("B");
		this.connection.runUntil("discarded:B");
		assertThat(this.connection.told).containsExactly("A", "lost:1/1", "fail:INTERNAL_ERROR", "discarded:B");
		assertThat(this.connection.causes).extracting(Cause::detail)
			.containsExactly("IllegalStateException: as this test wants it");
	}

	@Test
	void frameHereIsDeliveredOnTheCallersThread() {
		blocking();
		AtomicReference<Thread> on = new AtomicReference<>();
		this.connection.onFrame = (frame) -> on.set(Thread.currentThread());
		this.connection.delivery.frameHere(new byte[1]);
		assertThat(on.get()).isSameAs(Thread.currentThread());
	}

}
