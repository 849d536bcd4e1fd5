package io.framegate.connection;

import io.framegate.framing.Framing;

/**
 * Finds out that a peer answers the answers to its polls, which would go on for ever: its
 * polls come alone, each at once after the one before was answered. Event loop only.
 */
class AnsweredAnswers {

	private static final int MOST = 1_000_000;

	private static final long AT_ONCE_NANOS = 100_000_000;

	/** Of all whose polls are not answered: most connections need none of their own. */
	private static final AnsweredAnswers NONE = new AnsweredAnswers() {

		@Override
		void cut(long polls, long frames, long now) {
		}

	};

	private int count;

	private long polledAt;

	static AnsweredAnswers of(Framing framing) {
		return framing.answersEmptyFrames() ? new AnsweredAnswers() : NONE;
	}

	/**
	 * Bytes were cut.
	 * @param polls how many polls were in them
	 * @param frames how many frames
	 * @param now when they were read, a {@link System#nanoTime()} stamp
	 */
	void cut(long polls, long frames, long now) {
		if (polls == 1 && frames == 0) {
			this.count = (now - this.polledAt < AT_ONCE_NANOS) ? this.count + 1 : 0;
			this.polledAt = now;
		}
		else if (polls + frames > 0) {
			this.count = 0;
		}
	}

	boolean areTooMany() {
		return this.count >= MOST;
	}

}
