package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameException;

/**
 * The first bytes of a frame that cannot be cut, or is not complete. They may be secret:
 * only what they look like may be told. Event loop only.
 *
 * @param first the bytes, none if unknown
 * @param resemblance what they look like, empty if unknown
 */
record UnreadableBytes(byte[] first, String resemblance) {

	static final UnreadableBytes UNKNOWN = new UnreadableBytes(new byte[0], "");

	static UnreadableBytes of(FrameException fault) {
		return new UnreadableBytes(fault.first(), fault.resemblance());
	}

	static UnreadableBytes of(FrameCutter cutter) {
		return new UnreadableBytes(cutter.first(), cutter.resemblance());
	}

	/**
	 * Why the connection must close.
	 * @param side its side
	 * @param fault what is wrong with the frame
	 */
	Cause cause(Side side, FrameException fault) {
		CloseReason reason = (fault.fault() == FrameException.Fault.TOO_LONG) ? CloseReason.FRAME_TOO_LONG
				: CloseReason.BAD_FRAME;
		return new Cause(reason, side.asEndedBy(), explain(String.valueOf(fault.getMessage())));
	}

	/**
	 * Adds to a message what the bytes look like.
	 */
	String explain(String message) {
		return this.resemblance.isEmpty() ? message : message + "; " + this.resemblance;
	}

	/**
	 * Keeps the bytes, so that framings can be tried on them, and counts the failure.
	 * @param context the connection's
	 * @param id the connection's id
	 * @param withoutFrame whether the peer has sent no complete frame before
	 */
	void keep(ConnectionContext context, String id, boolean withoutFrame) {
		if (this.first.length > 0) {
			context.closures().unreadable().keep(id, context.route(), context.side(), this.first);
		}
		if (withoutFrame) {
			context.firstFailures().failed(this.resemblance);
		}
	}

}
