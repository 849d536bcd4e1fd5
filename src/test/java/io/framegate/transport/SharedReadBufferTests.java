package io.framegate.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

/**
 * What the connections of a loop read into, and cut from.
 */
class SharedReadBufferTests {

	private final MemoryAccount account = new MemoryAccount(new MemoryBudget(10_000_000));

	private final MemoryRelief relief = new MemoryRelief(this.account);

	private final SharedReadBuffer all = new SharedReadBuffer(this.relief, false);

	private boolean full;

	@SuppressWarnings("deprecation")
	private ByteBuf allocate() {
		return this.all.receive((most) -> this.full ? 0 : most).newHandle().allocate(UnpooledByteBufAllocator.DEFAULT);
	}

	@AfterEach
	void close() {
		this.all.close();
	}

	@Test
	void sharedBufferServesUnlessItIsKept() {
		ByteBuf first = allocate();
		assertThat(first.writableBytes()).isEqualTo(SharedReadBuffer.READ_SIZE);
		first.writeZero(10);
		ByteBuf other = allocate();
		assertThat(other).isNotSameAs(first);
		assertThat(other.writableBytes()).isEqualTo(SharedReadBuffer.READ_SIZE);
		other.release();
		first.release();
		ByteBuf again = allocate();
		assertThat(again).isSameAs(first);
		assertThat(again.writableBytes()).isEqualTo(SharedReadBuffer.READ_SIZE);
		assertThat(again.readableBytes()).isZero();
		again.release();
	}

	@Test
	void littleIsReadAtOnceWhileMemoryIsShort() {
		this.account.change(8_500_000);
		ByteBuf first = allocate();
		assertThat(first.writableBytes()).isEqualTo(4096);
		ByteBuf other = allocate();
		assertThat(other.writableBytes()).isEqualTo(4096);
		other.release();
		first.release();
	}

	/** Each of 250 connections may bring what all together have room for. */
	@Test
	@SuppressWarnings("deprecation")
	void readsAnsweredLaterLeaveRoomForThoseOfOthers() {
		for (int i = 0; i < 250; i++) {
			this.account.budget().opened();
		}
		SharedReadBuffer later = new SharedReadBuffer(this.relief, true);
		RecvByteBufAllocator.Handle handle = later.receive((most) -> most).newHandle();
		while (handle.guess() < SharedReadBuffer.READ_SIZE) {
			handle.lastBytesRead(handle.guess());
		}
		ByteBuf buffer = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
		assertThat(buffer.capacity()).isEqualTo(10_000_000 / 4 / 250);
		buffer.release();
		later.close();
	}

	@Test
	void nothingIsReadWhereTooMuchWaits() {
		this.full = true;
		assertThatExceptionOfType(ReadSuspended.class).isThrownBy(this::allocate);
	}

	/** What the first read brought, and which reads of this turn go on. */
	@ParameterizedTest
	@CsvSource({ "100, 100, true, true", "99, 100, true, false", "0, 0, true, false", "-1, -1, true, false",
			"100, 100, false, false" })
	void readingGoesOnWhileTheSocketFillsTheBuffer(int read, int attempted, boolean wanted, boolean expected) {
		EmbeddedChannel channel = new EmbeddedChannel();
		channel.config().setAutoRead(wanted);
		RecvByteBufAllocator.ExtendedHandle handle = handle();
		handle.reset(channel.config());
		read(handle, read, attempted);
		assertThat(handle.continueReading()).isEqualTo(expected);
		assertThat(handle.continueReading(() -> read == attempted)).isEqualTo(expected);
		channel.close();
	}

	@Test
	void connectionIsReadFourTimesBeforeTheLoopTurnsToTheNext() {
		EmbeddedChannel channel = new EmbeddedChannel();
		RecvByteBufAllocator.ExtendedHandle handle = handle();
		for (int turn = 0; turn < 2; turn++) {
			handle.reset(channel.config());
			for (int i = 1; i <= 4; i++) {
				read(handle, 100, 100);
				assertThat(handle.continueReading()).as("after read %d", i).isEqualTo(i < 4);
			}
		}
		channel.close();
	}

	@SuppressWarnings("deprecation")
	private RecvByteBufAllocator.ExtendedHandle handle() {
		return this.all.receive((most) -> this.full ? 0 : most)
			.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle handle ? handle
					: fail("Netty's epoll needs an extended handle");
	}

	private static void read(RecvByteBufAllocator.ExtendedHandle handle, int bytes, int attempted) {
		handle.attemptedBytesRead(attempted);
		handle.lastBytesRead(bytes);
		handle.incMessagesRead(1);
	}

	@Test
	void whoIsCalledBackIntoCutsFromAnArrayOfItsOwn() {
		byte[] first = this.all.takeScratch();
		byte[] second = this.all.takeScratch();
		assertThat(second).hasSize(SharedReadBuffer.READ_SIZE).isNotSameAs(first);
		this.all.giveScratch(second);
		assertThat(this.all.takeScratch()).as("the first is still in use").isNotSameAs(first);
		this.all.giveScratch(first);
		assertThat(this.all.takeScratch()).isSameAs(first);
	}

}
