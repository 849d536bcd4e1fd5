package io.framegate.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffer into which all connections of a loop are read, and the array from which
 * their frames are cut. Its loop's thread only.
 */
public final class SharedReadBuffer {

	/** Bytes taken from a socket by one read. */
	public static final int READ_SIZE = 64 * 1024;

	/** A connection is read so many times before the loop turns to the next. */
	private static final int MAX_READS = 4;

	/** What a connection with a buffer of its own reads at once: by what there was. */
	private static final int LEAST_OWN = 1024;

	/**
	 * The same where reads are answered later: small reads are many, and large ones soon
	 * grow.
	 */
	private static final int LEAST_LATER = 4 * 1024;

	/** A little more than the longest TLS record. */
	private static final int MOST_OWN = 32 * 1024;

	private final MemoryRelief relief;

	/**
	 * Whether reads are answered later: each needs a buffer of its own until then.
	 */
	private final boolean answersLater;

	private final ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(READ_SIZE, READ_SIZE);

	private final byte[] scratch = new byte[READ_SIZE];

	private boolean scratchTaken;

	SharedReadBuffer(MemoryRelief relief, boolean answersLater) {
		this.relief = relief;
		this.answersLater = answersLater;
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
		 * How much to read now.
		 * @param most bytes that there is room for
		 * @return bytes; 0 if input stays in the kernel for now
		 */
		int room(int most);

		/**
		 * Whether what is read may be kept, so that it needs a buffer of its own: with
		 * TLS, where a record may be incomplete.
		 */
		default boolean keepsBuffers() {
			return false;
		}

	}

	/**
	 * Lets a connection read into the shared buffer. The bytes are copied before the next
	 * read. It is the allocator and its only handle, because each connection keeps both.
	 */
	private final class Receive implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {

		private final Reader reader;

		private @Nullable ChannelConfig config;

		/** Reads in this turn of the loop. */
		private int reads;

		private int attemptedBytesRead;

		private int lastBytesRead;

		/** The size of a buffer of its own. */
		private int own;

		private Receive(Reader reader) {
			this.reader = reader;
			this.own = leastOwn();
		}

		private int leastOwn() {
			return SharedReadBuffer.this.answersLater ? LEAST_LATER : LEAST_OWN;
		}

		@Override
		@SuppressWarnings("deprecation")
		public Handle newHandle() {
			return this;
		}

		@Override
		public int guess() {
			return hasOwn() ? this.own : READ_SIZE;
		}

		@Override
		public ByteBuf allocate(ByteBufAllocator alloc) {
			SharedReadBuffer all = SharedReadBuffer.this;
			int size = this.reader.room(all.relief.readSize(READ_SIZE));
			if (size == 0) {
				if (all.answersLater && this.reads == 0 && this.config != null && this.config.isAutoRead()) {
					// Asked for by the connection: thrown here, it would close it.
					size = LEAST_OWN;
				}
				else {
					throw ReadSuspended.INSTANCE;
				}
			}
			if (hasOwn()) {
				int own = Math.min(this.own, size);
				if (all.answersLater && own > LEAST_LATER) {
					own = Math.min(own, Math.max(LEAST_LATER, all.relief.share()));
				}
				return alloc.directBuffer(own, own);
			}
			return (all.buffer.refCnt() == 1) ? all.buffer.setIndex(READ_SIZE - size, READ_SIZE - size).retain()
					: alloc.directBuffer(size, size);
		}

		private boolean hasOwn() {
			return SharedReadBuffer.this.answersLater || this.reader.keepsBuffers();
		}

		@Override
		public void reset(ChannelConfig config) {
			this.config = config;
			this.reads = 0;
		}

		@Override
		public void incMessagesRead(int count) {
			this.reads += count;
		}

		@Override
		public void lastBytesRead(int bytes) {
			this.lastBytesRead = bytes;
			if (bytes >= this.own) {
				this.own = Math.min(2 * this.own, this.reader.keepsBuffers() ? MOST_OWN : READ_SIZE);
			}
			else if (bytes < this.own / 4) {
				this.own = Math.max(this.own / 2, leastOwn());
			}
		}

		@Override
		public int lastBytesRead() {
			return this.lastBytesRead;
		}

		@Override
		public void attemptedBytesRead(int bytes) {
			this.attemptedBytesRead = bytes;
		}

		@Override
		public int attemptedBytesRead() {
			return this.attemptedBytesRead;
		}

		@Override
		public boolean continueReading() {
			return isReadAgain() && this.lastBytesRead == this.attemptedBytesRead;
		}

		@Override
		public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
			return isReadAgain() && maybeMoreData.get();
		}

		private boolean isReadAgain() {
			return this.lastBytesRead > 0 && this.reads < MAX_READS && this.config != null && this.config.isAutoRead();
		}

		@Override
		public void readComplete() {
		}

	}

}
