package io.framegate.connection;

import io.framegate.transport.ProcessHalt;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection's socket, after the kernel has said what it takes of what was
 * written. Frames that it does not take end with RST, because after FIN the peer would
 * take what it has for complete. Event loop only.
 */
final class SocketClosing {

	private static final Logger logger = LoggerFactory.getLogger(SocketClosing.class);

	private final Owner owner;

	private final ConnectionLifecycle lifecycle;

	private final FrameWriter output;

	private final Channel channel;

	SocketClosing(Owner owner, ConnectionLifecycle lifecycle, FrameWriter output, Channel channel) {
		this.owner = owner;
		this.lifecycle = lifecycle;
		this.output = output;
		this.channel = channel;
	}

	/** Begins to close. From now on nothing is read or written. */
	void close() {
		boolean waits = false;
		try {
			waits = this.output.endWrites();
			if (this.owner.answersLater()) {
				// Netty's io_uring would wait for input again, and its socket stay open.
				this.owner.setReading(false);
			}
		}
		catch (RuntimeException | Error ex) {
			failed("the last write", ex);
		}
		this.lifecycle.cut();
		if (waits) {
			this.owner.afterAnswers(this::closeNow);
		}
		else {
			closeNow();
		}
	}

	private void closeNow() {
		try {
			this.output.beforeClose();
			if (this.channel.isActive() && !this.lifecycle.isSevered() && this.output.pendingFrames() > 0) {
				this.lifecycle.abrupt();
				this.lifecycle.resetLater();
			}
			if (this.lifecycle.isResetting() && this.channel.isActive()) {
				this.channel.config().setOption(ChannelOption.SO_LINGER, 0);
			}
			this.owner.countRetransmits();
		}
		catch (RuntimeException | Error ex) {
			failed("reading the final statistics", ex);
		}
		finally {
			this.channel.close();
		}
	}

	private void failed(String what, Throwable fault) {
		ProcessHalt.ifHeapIsExhausted(fault);
		logger.error("Connection {}: {} failed", this.owner.id(), what, fault);
	}

	/** What closing a socket needs of its connection. */
	interface Owner {

		/** The connection's id. */
		String id();

		/** Whether the kernel answers a write after it was asked, and not at once. */
		boolean answersLater();

		/** Lets the socket read, or not. */
		void setReading(boolean reading);

		/** Runs a task when the kernel has answered what it was asked in this turn. */
		void afterAnswers(Runnable task);

		/** Counts the segments that the kernel has sent again. */
		void countRetransmits();

	}

}
