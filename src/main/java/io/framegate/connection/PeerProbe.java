package io.framegate.connection;

import java.io.IOException;

import io.framegate.timeout.Timeout;
import io.framegate.transport.TcpInfo;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel about a connection's peer, and makes it give up on a peer that
 * acknowledges nothing. Once everything sent was acknowledged the kernel is not asked any
 * more: an idle connection costs nothing. Event loop only.
 */
final class PeerProbe {

	/** How often the kernel is asked about a peer that takes nothing. */
	private static final long ASK_STUCK_NANOS = 100_000_000;

	/** How often the kernel is asked about a peer that sends nothing more. */
	private static final long ASK_NANOS = 1_000_000_000;

	/** How often the segments that the kernel has sent again are counted. */
	private static final long COUNT_RETRANSMITS_NANOS = 5_000_000_000L;

	private final Owner owner;

	private final ConnectionContext context;

	private final ConnectionLifecycle lifecycle;

	private final WriteProgress progress;

	/** When the kernel was asked about the peer. */
	private long askedAt;

	/** The write limit that the kernel knows, in nanoseconds; 0 for none. */
	private long kernelWriteLimit;

	/** What {@link #sent()} was when all of it was acknowledged. */
	private long acknowledged;

	/** When the kernel was last asked for it. */
	private long askedAcknowledgedAt;

	/**
	 * Segments sent again and counted, as far as an int goes; -1 before the kernel was
	 * first asked.
	 */
	private int retransmits = -1;

	/** When they were last counted by a sweep. */
	private long countedAt;

	PeerProbe(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle, WriteProgress progress) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.progress = progress;
		this.acknowledged = sent();
		this.countedAt = progress.lastWriteAt();
	}

	void sweep(long now) {
		if (!this.lifecycle.isWaitingToOpen()) {
			tellKernelWriteLimit(now);
			askKernel(now);
		}
	}

	/**
	 * When it has to look again, if nothing is written until then and nothing is pending.
	 * @param now when it looked, a {@link System#nanoTime()} stamp
	 * @param latest when it has to look in any case, a stamp
	 * @return a stamp
	 */
	long nextLook(long now, long latest) {
		if (this.lifecycle.isWaitingToOpen()) {
			return latest;
		}
		long wait = latest - now;
		if (!isAcknowledged()) {
			long asked = Math.max(this.progress.lastWriteAt() - now, this.askedAcknowledgedAt - now);
			wait = Math.min(wait, asked + ASK_NANOS);
		}
		if (!isAcknowledged() || this.retransmits < 0) {
			wait = Math.min(wait, this.countedAt - now + COUNT_RETRANSMITS_NANOS);
		}
		if (this.owner.isDeaf()) {
			wait = Math.min(wait, this.askedAt - now + ASK_NANOS);
		}
		return now + Math.max(0, wait);
	}

	/**
	 * Changes with all that is sent.
	 * @return the stamp of the last write; with our FIN, its complement
	 */
	private long sent() {
		long written = this.progress.lastWriteAt();
		return this.lifecycle.isOutputEnded() ? ~written : written;
	}

	private boolean isAcknowledged() {
		return this.progress.pendingBytes() == 0 && sent() == this.acknowledged;
	}

	/**
	 * Tells the kernel the limit while it may hold bytes that the peer has not
	 * acknowledged, and only then: otherwise it would close a quiet connection whose
	 * first keepalive probe is lost. It is asked for unacknowledged bytes once nothing
	 * was written for a while.
	 */
	private void tellKernelWriteLimit(long now) {
		if (isAcknowledged()) {
			return;
		}
		tellKernel(this.context.timeouts().nanos(Timeout.WRITE));
		if (now - this.progress.lastWriteAt() >= ASK_NANOS && now - this.askedAcknowledgedAt >= ASK_NANOS) {
			this.askedAcknowledgedAt = now;
			if (this.progress.pendingBytes() == 0 && this.owner.unacknowledged() == 0) {
				// What was sent again until now is counted here for the last time.
				countRetransmits();
				this.acknowledged = sent();
				tellKernel(0);
				this.progress.rest();
			}
		}
	}

	private void tellKernel(long limit) {
		if (limit != this.kernelWriteLimit) {
			this.kernelWriteLimit = limit;
			this.owner.limitWrites(limit);
		}
	}

	/**
	 * Counts the segments that the kernel has sent again, unless that was done a moment
	 * ago.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void countRetransmits(long now) {
		if (now - this.countedAt >= COUNT_RETRANSMITS_NANOS) {
			this.countedAt = now;
			countRetransmits();
		}
	}

	/**
	 * Counts the segments that the kernel has sent again since the last call.
	 */
	void countRetransmits() {
		if (this.retransmits >= 0 && isAcknowledged()) {
			return;
		}
		TcpInfo info = this.owner.tcpInfo();
		if (info != null) {
			int total = (int) Math.min(info.retransmits(), Integer.MAX_VALUE);
			this.context.metrics().countRetransmits(this.context.side(), total - Math.max(0, this.retransmits));
			this.retransmits = total;
		}
	}

	/**
	 * Notices a peer that still takes bytes, though too few for the kernel to take more
	 * from here, and a reset by a peer that is not read.
	 */
	private void askKernel(long now) {
		if (this.lifecycle.isSevered()) {
			return;
		}
		boolean stuck = this.progress.pendingBytes() > 0 && now - this.progress.progressAt() >= ASK_STUCK_NANOS;
		boolean deaf = this.owner.isDeaf() && now - this.askedAt >= ASK_NANOS;
		if (!stuck && !deaf) {
			return;
		}
		this.askedAt = now;
		IOException fault = this.owner.socketFault();
		if (fault != null) {
			this.owner.socketFailed(fault);
		}
		else if (stuck) {
			long since = this.owner.nanosSinceSent();
			if (since >= 0) {
				this.progress.hadRoom(now - since);
			}
		}
	}

	/** What the probe needs of its connection and of the kernel. */
	interface Owner {

		/** Whether nothing is read now, so that a reset is not noticed. */
		boolean isDeaf();

		/** The kernel has met a fault. */
		void socketFailed(Throwable fault);

		/**
		 * Has the kernel give up on a peer that acknowledges nothing.
		 * @param nanos after so long, 0 for the system's own limit
		 */
		void limitWrites(long nanos);

		/**
		 * How many bytes the peer has not acknowledged.
		 * @return 0 for nothing, -1 if the kernel does not tell
		 */
		int unacknowledged();

		/** The error that closed the socket, {@code null} if none is known. */
		@Nullable IOException socketFault();

		/**
		 * How long ago data was sent that the peer had room for.
		 * @return nanoseconds, -1 if the kernel does not tell or the peer does not answer
		 */
		long nanosSinceSent();

		/** The kernel's counts, {@code null} if there are none. */
		@Nullable TcpInfo tcpInfo();

	}

}
