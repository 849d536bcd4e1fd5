package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connection whose frames a user's own flow answers, one answer for each
 * frame. The connection's event loop calls.
 */
final class LocalExchanges implements ConnectionHandler {

	private final boolean oneWay;

	private @Nullable FrameConnection connection;

	private long answers;

	private long waitingSince;

	private boolean ending;

	/** An answer did not come in time: none is awaited any more. */
	private boolean failed;

	LocalExchanges(boolean oneWay) {
		this.oneWay = oneWay;
	}

	@Override
	public void accepted(FrameConnection accepted) {
		this.connection = accepted;
		accepted.open();
	}

	@Override
	public void opened(FrameConnection opened) {
		// Its first frame counts.
	}

	@Override
	public void frame(FrameConnection from, byte[] payload) {
		throw new IllegalStateException("Route '" + from.route() + "' has no targets to forward to");
	}

	@Override
	public void answer(FrameConnection client, byte[] payload) {
		String refusal = client.framing().refusal(payload);
		if (refusal != null) {
			client.lose(1, payload.length);
			client.closeGracefully(Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE, refusal));
			return;
		}
		this.answers++;
		this.waitingSince = (unanswered(client) > 0) ? client.lastReadNanos() : 0;
		client.write(payload);
		endIfDone(client);
	}

	private long unanswered(FrameConnection client) {
		return this.oneWay ? 0 : Math.max(0, client.framesIn() - this.answers - client.lostFrames());
	}

	private void endIfDone(FrameConnection client) {
		if (this.ending && unanswered(client) == 0) {
			client.afterFrames(client::halfClose);
		}
	}

	@Override
	public void inputEnded(FrameConnection ended) {
		ended.because(Cause.eof(Side.INBOUND, ""));
		this.ending = true;
		endIfDone(ended);
	}

	@Override
	public void writabilityChanged(FrameConnection changed) {
		if (changed.isWritable() || changed.isOutputEnding()) {
			changed.resume();
		}
		else {
			changed.pause();
		}
	}

	@Override
	public void failed(FrameConnection faulty, Cause cause) {
		this.failed = true;
		switch (cause.reason()) {
			case MAX_AGE, BAD_FRAME, FRAME_TOO_LONG, FRAME_TIMEOUT -> drain(faulty, cause);
			default -> faulty.closeGracefully(cause);
		}
	}

	@Override
	public void drain(FrameConnection draining, Cause cause) {
		draining.because(cause);
		draining.discardInput();
		draining.drain();
		this.ending = true;
		endIfDone(draining);
	}

	@Override
	public void severed(FrameConnection ended, Cause cause) {
		if (!this.oneWay) {
			ended.close(cause);
		}
	}

	@Override
	public void closed(FrameConnection ended, Cause cause, long lostFrames, long lostBytes) {
		this.ending = true;
	}

	@Override
	public long awaitingReplySince() {
		FrameConnection awaited = this.connection;
		if (awaited == null || this.failed || unanswered(awaited) == 0) {
			return 0;
		}
		return (this.waitingSince != 0) ? this.waitingSince : awaited.lastReadNanos();
	}

	@Override
	public int inFlight() {
		FrameConnection counted = this.connection;
		return (counted != null) ? (int) unanswered(counted) : 0;
	}

}
