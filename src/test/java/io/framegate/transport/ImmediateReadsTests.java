package io.framegate.transport;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which reads are made at once, and what is answered to them.
 */
class ImmediateReadsTests {

	private static final byte POLL_ADD = 6;

	private static final byte READ = 27;

	private static final int ENDLESS = 100;

	private final SharedReadBuffer buffers = new SharedReadBuffer(
			new MemoryRelief(new MemoryAccount(new MemoryBudget(10_000_000))), true);

	private final SharedReadBuffer.Receive receive = (SharedReadBuffer.Receive) this.buffers.receive((most) -> most);

	private final Asking asking = new Asking();

	private EpollSocketChannel channel;

	private ImmediateReads reads;

	@BeforeEach
	void open() {
		Assumptions.assumeTrue(Transport.EPOLL.isAvailable(), "it is forbidden here");
		this.channel = new EpollSocketChannel();
		this.channel.config().setRecvByteBufAllocator(this.receive);
		this.reads = new ImmediateReads(new IoUringSocket(this.asking, this.channel) {
			@Override
			public void handle(IoRegistration registration, IoEvent event) {
				throw new UnsupportedOperationException();
			}
		}, new TurnBell(), new InputPoll());
	}

	@AfterEach
	void close() throws Exception {
		if (this.channel != null) {
			this.channel.fd().close();
		}
		this.buffers.close();
	}

	private void grow() {
		for (int i = 0; i < 5; i++) {
			this.receive.lastBytesRead(SharedReadBuffer.READ_SIZE);
		}
	}

	private void tellOfInput() {
		this.reads.pass(this.asking.registration, new IoUringIoEvent(1, 0, POLL_ADD, 1L));
	}

	/** One that has more input than anybody can handle leaves the loop to others. */
	@Test
	void othersHaveTheirTurnAfterFourReads() {
		grow();
		tellOfInput();
		assertThat(this.asking.taken).isEqualTo(4);
		assertThat(this.asking.left).isEqualTo(1);
	}

	@Test
	void socketsErrorIsAnsweredAsTheKernelWould() {
		grow();
		tellOfInput();
		IoUringIoEvent first = this.asking.answers.get(1);
		assertThat(first.opcode()).isEqualTo(READ);
		assertThat(first.res()).as("it is not connected").isEqualTo(Errors.ERRNO_ENOTCONN_NEGATIVE);
		assertThat(first.userData()).isEqualTo(101);
		assertThat(first.flags()).isZero();
	}

	@Test
	void smallReadsAreLeftToTheRing() {
		tellOfInput();
		assertThat(this.asking.taken).isZero();
		assertThat(this.asking.left).isEqualTo(1);
	}

	/** It may bring an answer to what is not known to be written. */
	@Test
	void nothingIsReadAtOnceBeforeAWriteIsAnswered() {
		grow();
		this.reads.writing(true);
		tellOfInput();
		assertThat(this.asking.taken).isZero();
		assertThat(this.asking.left).isEqualTo(1);
		this.reads.writing(false);
		tellOfInput();
		assertThat(this.asking.taken).isEqualTo(4);
	}

	/** It is written while the answer to a read is handled. */
	@Test
	void writeEndsReadsAtOnce() {
		grow();
		this.asking.writesAt = 2;
		tellOfInput();
		assertThat(this.asking.taken).isEqualTo(1);
		assertThat(this.asking.left).isEqualTo(1);
	}

	/** Asked for by a connection's user, who may do other things before it is made. */
	@Test
	void readsOutsideAnAnswerAreLeftToTheRing() {
		grow();
		tellOfInput();
		this.asking.ask();
		assertThat(this.asking.taken).isEqualTo(4);
		assertThat(this.asking.left).isEqualTo(2);
	}

	/** Netty, which reads on and on, in a loop that is never short of input. */
	private final class Asking implements IoUringIoHandle {

		private final IoRegistration registration = new Unused();

		private final List<IoUringIoEvent> answers = new ArrayList<>();

		/** So many answers come before something is written. */
		private int writesAt;

		private int taken;

		private int left;

		@Override
		public void handle(IoRegistration from, IoEvent event) {
			this.answers.add((IoUringIoEvent) event);
			if (this.answers.size() == this.writesAt) {
				ImmediateReadsTests.this.reads.writing(true);
			}
			if (this.answers.size() < ENDLESS) {
				ask();
			}
		}

		private void ask() {
			ByteBuf buffer = ImmediateReadsTests.this.receive.allocate(UnpooledByteBufAllocator.DEFAULT);
			IoUringIoOps read = new IoUringIoOps(READ, (byte) 0, (short) 0, 1, 0L, buffer.memoryAddress(),
					buffer.capacity(), 0, 100L + this.answers.size(), (short) 0, (short) 0, 0, 0L);
			if (ImmediateReadsTests.this.reads.take(read) != 0) {
				this.taken++;
			}
			else {
				this.left++;
			}
			buffer.release();
		}

		@Override
		public void close() {
		}

	}

	private static final class Unused implements IoRegistration {

		@Override
		public <T> T attachment() {
			throw new UnsupportedOperationException();
		}

		@Override
		public long submit(IoOps ops) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean isValid() {
			return true;
		}

		@Override
		public boolean cancel() {
			return false;
		}

	}

}
