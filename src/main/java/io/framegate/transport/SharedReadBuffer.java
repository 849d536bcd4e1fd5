package io.framegate.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The buffer into which all connections of a loop are read, and the array from which
 * their frames are cut. Its loop's thread only.
 */
public final class SharedReadBuffer {

	/** Bytes taken from a socket by one read. */
	public static final int READ_SIZE = 64 * 1024;

	private final MemoryRelief relief;

	private final ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(READ_SIZE, READ_SIZE);

	private final byte[] scratch = new byte[READ_SIZE];

	private boolean scratchTaken;

	SharedReadBuffer(MemoryRelief relief) {
		this.relief = relief;
	}

	/**
	 * How a connection is read.
	 * @param reader asked before each read
	 * @return what Netty asks for a buffer
	 */
	public RecvByteBufAllocator receive(Reader reader) {
		return new Receive(reader);
	}

	/**
	 * The array to cut frames from. A caller that is called back gets a new one.
	 * @return an array of {@link #READ_SIZE} bytes
	 */
	public byte[] takeScratch() {
		if (this.scratchTaken) {
			return new byte[READ_SIZE];
		}
		this.scratchTaken = true;
		return this.scratch;
	}

	public void giveScratch(byte[] array) {
		if (array == this.scratch) {
			this.scratchTaken = false;
		}
	}

	void close() {
		this.buffer.release();
	}

	/** A connection that reads. */
	public interface Reader {

		/**
		 * Whether input stays in the kernel for now.
		 */
		boolean isFull();

	}

	/**
	 * Lets a connection read into the shared buffer. The bytes are copied before the next
	 * read.
	 */
	private final class Receive extends DefaultMaxMessagesRecvByteBufAllocator {

		private final Reader reader;

		private Receive(Reader reader) {
			super(4);
			this.reader = reader;
		}

		@Override
		@SuppressWarnings("deprecation")
		public Handle newHandle() {
			return new MaxMessageHandle() {

				@Override
				public int guess() {
					return READ_SIZE;
				}

				@Override
				public ByteBuf allocate(ByteBufAllocator alloc) {
					if (Receive.this.reader.isFull()) {
						throw ReadSuspended.INSTANCE;
					}
					SharedReadBuffer all = SharedReadBuffer.this;
					int size = all.relief.readSize(READ_SIZE);
					return (all.buffer.refCnt() == 1) ? all.buffer.setIndex(READ_SIZE - size, READ_SIZE - size).retain()
							: alloc.directBuffer(size, size);
				}
			};
		}

	}

}
