package io.framegate.transport;

import java.io.Serial;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;

/**
 * Ends a turn of the loop that is long enough. While sockets are busy, Netty takes
 * answers and asks for more up to 128 times before timers and other tasks run, which with
 * thousands of connections takes seconds. A call that does nothing is answered after
 * those that were made before it, and what that throws ends the turn: none of the others
 * is lost. Its loop only.
 */
final class TurnBell implements IoUringIoHandle {

	/** A few milliseconds' worth. */
	private static final int ANSWERS = 1024;

	private static final byte NOP = 0;

	private @Nullable IoRegistration registration;

	private int answers;

	private boolean silent;

	/**
	 * Begins.
	 * @param with where calls are made
	 */
	void register(IoRegistration with) {
		this.registration = with;
	}

	boolean isRegistered() {
		return this.registration != null;
	}

	/** A turn begins. */
	void reset() {
		this.answers = 0;
	}

	/** No turn is ended any more. */
	void silence() {
		this.silent = true;
	}

	/** A connection's call was answered. */
	void answered() {
		if (++this.answers == ANSWERS && this.registration != null) {
			this.registration
				.submit(new IoUringIoOps(NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, 1L, (short) 0, (short) 0, 0, 0));
		}
	}

	@Override
	public void handle(IoRegistration own, IoEvent event) {
		if (!this.silent && this.answers >= ANSWERS) {
			throw Rung.INSTANCE;
		}
	}

	@Override
	public void close() {
	}

	/** Netty's loop lets errors alone pass. */
	static final class Rung extends Error {

		static final Rung INSTANCE = new Rung();

		@Serial
		private static final long serialVersionUID = 1L;

		private Rung() {
			super("the turn is over", null, false, false);
		}

	}

}
