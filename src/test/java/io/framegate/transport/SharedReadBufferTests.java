package io.framegate.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the connections of a loop read into, and cut from.
 */
class SharedReadBufferTests {

	private final MemoryAccount account = new MemoryAccount(new MemoryBudget(10_000_000));

	private final SharedReadBuffer all = new SharedReadBuffer(new MemoryRelief(this.account));

	private boolean full;

	@SuppressWarnings("deprecation")
	private ByteBuf allocate() {
		return this.all.receive(() -> this.full).newHandle().allocate(UnpooledByteBufAllocator.DEFAULT);
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

	@Test
	void nothingIsReadWhereTooMuchWaits() {
		this.full = true;
		assertThatExceptionOfType(ReadSuspended.class).isThrownBy(this::allocate);
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
