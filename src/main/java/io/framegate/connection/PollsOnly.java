package io.framegate.connection;

import io.framegate.framing.FrameSink;

/**
 * Takes what a peer sends that nobody wants, as servers of one-way routes do: frames are
 * dropped, and polls go on to be answered. Event loop only.
 *
 * @param polls takes empty frames
 */
record PollsOnly(FrameSink polls) implements FrameSink {

	@Override
	public boolean frame(byte[] payload) {
		return true;
	}

	@Override
	public boolean empty(byte[] wire, boolean answer) {
		return this.polls.empty(wire, answer);
	}

	@Override
	public int wantedOfOversize() {
		return 0;
	}

}
