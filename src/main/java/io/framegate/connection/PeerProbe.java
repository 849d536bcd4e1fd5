package io.framegate.connection;

import java.io.IOException;

import io.framegate.timeout.Timeout;
import io.framegate.transport.SocketOptions;
import io.netty.channel.Channel;

/**
 * Finds out from the kernel what it tells only when asked about a connection's peer, and
 * has it give up on a peer that acknowledges nothing. Event loop only.
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

	/** The limit of the write timer that the kernel knows, in nanoseconds; 0 for none. */
	private long kernelWriteLimit;

	/** When the last write was when everything written was acknowledged. */
	private long acknowledgedWrite;

	/** Whether our FIN was, then. */
	private boolean acknowledgedFin;

	/** When the kernel was asked for that. */
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
	 * Tells the kernel the limit while it may have something that the peer has not
	 * acknowledged, and only then: it would end a quiet connection whose first keepalive
	 * probe is lost. It is asked for what is acknowledged once nothing was written for a
	 * while.
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
	 * Finds that a peer still takes bytes, though too few for the kernel to take more
	 * from here; and that a peer from which nothing is read has reset the connection.
	 */
	private void askKernel(long now) {
		if (this.output.isSevered()) {
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

		/** Whether nothing is read now, so that a reset is not seen. */
		boolean isDeaf();

		/** The kernel has met a fault. */
		void socketFailed(Throwable fault);

	}

}
