package io.framegate.connection;

import java.io.IOException;

import io.framegate.timeout.Timeout;
import io.framegate.transport.SocketOptions;
import io.netty.channel.Channel;

/**
 * Asks the kernel about a connection's peer, and makes it give up on a peer that
 * acknowledges nothing. Event loop only.
 */
final class PeerProbe {

	/** How often the kernel is asked about a peer that takes nothing. */
	private static final long ASK_STUCK_NANOS = 100_000_000;

	/** How often the kernel is asked about a peer that sends nothing more. */
	private static final long ASK_NANOS = 1_000_000_000;

	private final Owner owner;

	private final Channel channel;

	private final FrameWriter output;

	private final ConnectionLifecycle lifecycle;

	private final ConnectionContext context;

	/** When the kernel was asked about the peer. */
	private long askedAt;

	/** The write limit that the kernel knows, in nanoseconds; 0 for none. */
	private long kernelWriteLimit;

	/**
	 * The stamp of the last write at the time when everything written was acknowledged.
	 */
	private long acknowledgedWrite;

	/** Whether our FIN was sent at that time. */
	private boolean acknowledgedFin;

	/** When the kernel was last asked for it. */
	private long askedAcknowledgedAt;

	private boolean established;

	PeerProbe(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle, Channel channel,
			FrameWriter output) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.channel = channel;
		this.output = output;
	}

	void established() {
		this.established = true;
		this.acknowledgedWrite = this.output.progress().lastWriteAt();
	}

	void sweep(long now) {
		if (this.established) {
			tellKernelWriteLimit(now);
			askKernel(now);
		}
	}

	/**
	 * Tells the kernel the limit while it may hold bytes that the peer has not
	 * acknowledged, and only then: otherwise it would close a quiet connection whose
	 * first keepalive probe is lost. It is asked for unacknowledged bytes once nothing
	 * was written for a while.
	 */
	private void tellKernelWriteLimit(long now) {
		long written = this.output.progress().lastWriteAt();
		boolean fin = this.lifecycle.isOutputEnded();
		long pending = this.output.progress().pendingBytes();
		if (written != this.acknowledgedWrite || fin != this.acknowledgedFin || pending > 0) {
			tellKernel(this.context.timeouts().nanos(Timeout.WRITE));
			if (now - written >= ASK_NANOS && now - this.askedAcknowledgedAt >= ASK_NANOS) {
				this.askedAcknowledgedAt = now;
				if (pending == 0 && SocketOptions.unacknowledged(this.channel) == 0) {
					this.acknowledgedWrite = written;
					this.acknowledgedFin = fin;
					tellKernel(0);
				}
			}
		}
	}

	private void tellKernel(long limit) {
		if (limit != this.kernelWriteLimit) {
			this.kernelWriteLimit = limit;
			SocketOptions.writeLimit(this.channel, limit);
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
		long waitingSince = this.output.waitingSince();
		boolean stuck = waitingSince != 0 && now - waitingSince >= ASK_STUCK_NANOS;
		boolean deaf = this.owner.isDeaf() && now - this.askedAt >= ASK_NANOS;
		if (!stuck && !deaf) {
			return;
		}
		this.askedAt = now;
		IOException fault = SocketOptions.fault(this.channel);
		if (fault != null) {
			this.owner.socketFailed(fault);
		}
		else if (stuck) {
			long since = SocketOptions.nanosSinceSent(this.channel);
			if (since >= 0) {
				this.output.progress().hadRoom(now - since);
			}
		}
	}

	/** What the probe needs of its connection. */
	interface Owner {

		/** Whether nothing is read now, so that a reset is not noticed. */
		boolean isDeaf();

		/** The kernel has met a fault. */
		void socketFailed(Throwable fault);

	}

}
