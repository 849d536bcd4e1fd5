package io.framegate.connection;

import io.framegate.closure.Cause;

/**
 * The handler of a connection that nothing but its end happens to.
 */
public final class UnusedHandler implements ConnectionHandler {

	@Override
	public void opened(FrameConnection connection) {
		throw new IllegalStateException();
	}

	@Override
	public void frame(FrameConnection connection, byte[] payload) {
		throw new IllegalStateException();
	}

	@Override
	public void inputEnded(FrameConnection connection) {
		throw new IllegalStateException();
	}

	@Override
	public void writabilityChanged(FrameConnection connection) {
		throw new IllegalStateException();
	}

	@Override
	public void failed(FrameConnection connection, Cause cause) {
		throw new IllegalStateException();
	}

	@Override
	public void drain(FrameConnection connection, Cause cause) {
		throw new IllegalStateException();
	}

	@Override
	public void closed(FrameConnection connection, Cause cause, long lostFrames, long lostBytes) {
		// Whoever closed it knows.
	}

}
