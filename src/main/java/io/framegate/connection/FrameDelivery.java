package io.framegate.connection;

import java.util.function.Consumer;

import io.framegate.closure.Cause;
import io.framegate.transport.ProcessHalt;
import io.framegate.transport.SerialExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageDeliveryException;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;

/**
 * Hands a connection's frames over: each becomes a message to the {@link TcpListener}.
 * Event loop only, but for handlers and framings that may block, which run on a virtual
 * thread.
 */
final class FrameDelivery {

	private static final Logger logger = LoggerFactory.getLogger(FrameDelivery.class);

	/** Reading pauses at so many frames queued for a blocking handler. */
	private static final int QUEUED_FRAMES = 64;

	/** Reading pauses at so many of their bytes. */
	private static final int QUEUED_BYTES = 256 * 1024;

	private final Owner owner;

	private final String route;

	private final TcpListener listener;

	/** The same listener, if it may be passed by. */
	private final @Nullable FrameListener passable;

	private final TapPoint taps;

	/** Runs a blocking handler's code, if the route has one. */
	private final @Nullable SerialExecutor serial;

	private @Nullable MessageHeaders headers;

	/** A user's code refused a frame: no later one may be handled. */
	private volatile boolean refused;

	/** How many frames users' own code gave the peer. */
	private volatile long answers;

	/** The thread that gave the last of them. */
	private volatile @Nullable Thread answeredBy;

	FrameDelivery(Owner owner, ConnectionContext context, TcpListener listener) {
		this.owner = owner;
		this.route = context.route();
		this.taps = context.taps();
		this.listener = listener;
		this.passable = (listener instanceof FrameListener frames) ? frames : null;
		this.serial = context.blocking() ? new SerialExecutor("framegate-" + context.route() + "-" + owner.id()) : null;
	}

	/**
	 * Delivers a frame: at once, or on the virtual thread after earlier frames.
	 * @param payload the frame
	 */
	void frame(byte[] payload) {
		show(payload);
		if (this.serial != null) {
			runOnVirtualThread(this.serial, new Queued(message(payload)), payload.length);
		}
		else if (this.passable != null && this.passable.isUnwatched() && !this.refused) {
			// Saves the message and its way through the channel: a fifth of the gateway's
			// own CPU, the kernel's aside, for small frames.
			handOn(payload);
		}
		else {
			deliver(message(payload));
		}
	}

	private void show(byte[] payload) {
		FrameTap tap = this.taps.tap();
		if (tap != null) {
			tap.frame(this.owner.id(), true, payload);
		}
	}

	private void handOn(byte[] payload) {
		try {
			this.owner.handOn(payload);
		}
		catch (RuntimeException | Error ex) {
			refuse(payload, ex);
		}
	}

	/**
	 * Delivers a frame on the caller's thread.
	 * @param payload the frame
	 */
	void frameHere(byte[] payload) {
		show(payload);
		deliver(message(payload));
	}

	private Message<byte[]> message(byte[] payload) {
		MessageHeaders shared = this.headers;
		if (shared == null) {
			shared = this.owner.headers();
			this.headers = shared;
		}
		return new GenericMessage<>(payload, shared);
	}

	private void deliver(Message<byte[]> message) {
		if (this.refused) {
			this.owner.execute(() -> this.owner.discarded(message.getPayload()));
			return;
		}
		long answersBefore = this.answers;
		try {
			this.listener.onMessage(message);
		}
		catch (MessageDeliveryException ex) {
			if (ex.getCause() == null) {
				// An interceptor vetoed the frame, which is no fault. Nobody gets it,
				// unless the interceptor answered.
				if (this.answers == answersBefore || this.answeredBy != Thread.currentThread()) {
					this.owner.execute(() -> this.owner.lose(1, message.getPayload().length));
				}
			}
			else {
				refuse(message.getPayload(), ex);
			}
		}
		catch (RuntimeException | Error ex) {
			refuse(message.getPayload(), ex);
		}
	}

	private void refuse(byte[] payload, Throwable fault) {
		this.refused = true;
		if (this.owner.inLoop()) {
			ProcessHalt.ifHeapIsExhausted(fault);
		}
		logger.error("Route '{}': handling a frame of connection {} failed", this.route, this.owner.id(), fault);
		this.owner.execute(() -> {
			this.owner.lose(1, payload.length);
			this.owner.fail(Cause.internalError(fault));
		});
	}

	/**
	 * A user's own code gives the peer a frame. Any thread may call.
	 */
	void answered() {
		this.answeredBy = Thread.currentThread();
		this.answers++;
	}

	/**
	 * Gives a frame to a user's code outside the route's channels: at once, or, if it may
	 * block, on the virtual thread after earlier frames.
	 * @param payload the frame
	 * @param taker takes its message; must not throw
	 */
	void handOver(byte[] payload, Consumer<Message<byte[]>> taker) {
		Message<byte[]> message = message(payload);
		if (this.serial == null) {
			taker.accept(message);
		}
		else {
			runOnVirtualThread(this.serial, () -> taker.accept(message), payload.length);
		}
	}

	private void runOnVirtualThread(SerialExecutor handler, Runnable task, int bytes) {
		int waiting = handler.submit(task, bytes);
		if ((waiting >= QUEUED_FRAMES || handler.bytes() >= QUEUED_BYTES) && this.owner.hold()) {
			handler.submit(() -> this.owner.execute(this.owner::release));
		}
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	void afterFrames(Runnable task) {
		if (this.serial == null) {
			task.run();
		}
		else {
			this.serial.submit(() -> this.owner.execute(task));
		}
	}

	/**
	 * Whether the handler may block, so that frames wait on another thread and what is
	 * held changes without a read.
	 */
	boolean isElsewhere() {
		return this.serial != null;
	}

	/**
	 * What the frames that wait for the handler hold.
	 * @return a number of bytes
	 */
	long heldBytes() {
		return (this.serial != null) ? this.serial.bytes() : 0;
	}

	/**
	 * The connection is closed: gives up the frames that wait for the handler.
	 */
	void close() {
		if (this.serial != null) {
			this.serial.takeBack(Queued.class).forEach((waiting) -> this.owner.discarded(waiting.message.getPayload()));
		}
	}

	/** What handing over needs of its connection. */
	interface Owner {

		/** The connection's id. */
		String id();

		/**
		 * The headers of all messages from the connection.
		 * @return headers without an id and a timestamp
		 */
		MessageHeaders headers();

		/**
		 * The connection's handler gets a frame.
		 * @param payload the frame
		 */
		void handOn(byte[] payload);

		boolean inLoop();

		/**
		 * Runs a task on the loop. If it throws, the connection closes.
		 * @param task the task
		 */
		void execute(Runnable task);

		/**
		 * Nobody gets a frame: the handler is told.
		 * @param payload the frame
		 */
		void discarded(byte[] payload);

		/**
		 * Counts frames that reach nobody.
		 * @param frames how many
		 * @param bytes the bytes of their payloads
		 */
		void lose(long frames, long bytes);

		/**
		 * The connection must close.
		 * @param cause why
		 */
		void fail(Cause cause);

		/**
		 * Stops reading until {@link #release()}.
		 * @return whether it was read until now
		 */
		boolean hold();

		/** Reads on. */
		void release();

	}

	/** A frame that waits for a blocking handler. */
	private final class Queued implements Runnable {

		private final Message<byte[]> message;

		private Queued(Message<byte[]> message) {
			this.message = message;
		}

		@Override
		public void run() {
			deliver(this.message);
		}

	}

}
