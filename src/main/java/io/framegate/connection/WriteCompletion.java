package io.framegate.connection;

import io.framegate.transport.HeldMemory;
import io.framegate.transport.WriteAnswers;
import io.netty.channel.Channel;

/**
 * Counts what the peer's kernel takes of what was written, and tells when it has taken
 * all: as the channel reports it, or, where the kernel answers later, with each answer.
 * Event loop only.
 */
final class WriteCompletion implements WriteAnswers {

	private final Writer writer;

	private final Owner owner;

	private final ConnectionContext context;

	private final ConnectionLifecycle lifecycle;

	private final Channel channel;

	/** Whether the kernel answers a write after it was asked, and not at once. */
	private final boolean answersLater;

	private final HeldMemory held;

	private final WriteProgress progress;

	private boolean watched;

	WriteCompletion(Writer writer, Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle,
			Channel channel, boolean answersLater, HeldMemory held, WriteProgress progress) {
		this.writer = writer;
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.channel = channel;
		this.answersLater = answersLater;
		this.held = held;
		this.progress = progress;
	}

	/**
	 * What was written is with the kernel.
	 * @param little bytes of which no account is kept until they are answered: mostly
	 * that is within this turn
	 */
	void flushed(int little) {
		if (this.answersLater) {
			if (this.progress.pendingBytes() > little) {
				settle();
			}
			return;
		}
		settle();
		if (this.progress.pendingBytes() > 0) {
			watch();
		}
	}

	/** Whether the kernel will say in this turn what it takes of what was written. */
	boolean isAnswerDue() {
		return this.answersLater && this.progress.pendingBytes() > 0 && this.channel.isActive()
				&& !this.lifecycle.isSevered();
	}

	/** Asks the channel to report when all that is pending now was taken. */
	private void watch() {
		if (!this.watched && !this.lifecycle.isSevered() && this.lifecycle.isOpen()) {
			this.watched = true;
			this.progress.flushed();
			this.progress.mark(this.channel)
				.addListener((future) -> this.owner.guard(() -> reported(future.isSuccess())));
		}
	}

	private void reported(boolean success) {
		this.watched = false;
		if (!success) {
			return;
		}
		settle();
		if (this.progress.pendingBytes() > 0) {
			watch();
		}
		else {
			this.writer.allTaken();
		}
	}

	@Override
	public void taking(int bytes) {
		try {
			count(bytes);
		}
		catch (RuntimeException | Error ex) {
			this.writer.failed(ex);
		}
	}

	@Override
	public void taken() {
		try {
			if (this.lifecycle.isSevered() || !this.channel.isOpen()) {
				this.writer.unanswered();
			}
			else {
				this.owner.taken();
				if (this.progress.pendingBytes() == 0) {
					this.writer.allTaken();
				}
			}
			this.held.output(this.progress.heldBytes());
		}
		catch (RuntimeException | Error ex) {
			this.writer.failed(ex);
		}
	}

	/** Updates the counts to what the kernel has taken. */
	void settle() {
		if (count(0)) {
			this.owner.taken();
		}
		if (this.channel.unsafe().outboundBuffer() != null) {
			this.held.output(this.progress.heldBytes());
		}
	}

	/**
	 * Counts what the kernel has taken.
	 * @param leaving bytes of it that the channel still holds
	 * @return whether it has taken any since the last time
	 */
	private boolean count(int leaving) {
		long before = this.progress.bytesTaken();
		int frames = this.progress.settle(this.channel, leaving);
		long taken = this.progress.bytesTaken() - before;
		if (taken == 0 && frames <= 0) {
			return false;
		}
		this.progress.taken(this.owner.now());
		this.context.metrics().countOut(this.context.side(), frames, taken);
		return true;
	}

	/** What this needs of its connection. */
	interface Owner {

		long now();

		/** The peer's kernel took more of what was written. */
		void taken();

		/** Runs a task. Passes what it throws to the connection. */
		void guard(Runnable task);

	}

	/** Who writes. */
	interface Writer {

		/** The kernel has taken everything written so far. */
		void allTaken();

		/** The kernel takes nothing more. */
		void unanswered();

		/** What was told has thrown. */
		void failed(Throwable fault);

	}

}
