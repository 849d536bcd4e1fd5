package io.framegate.upstream;

/**
 * Whether an operator lets a route use a target. It outlives a replacement of the route.
 * Any thread may call.
 */
public final class TargetSwitch {

	/** What the operator wants. */
	public enum Position {

		/** The target is used. */
		ENABLED,

		/** It is not used, and what is there is being ended. */
		DRAINING,

		/** It is not used. What is there may go on. */
		DISABLED

	}

	private volatile Position position = Position.ENABLED;

	/** How often it was moved: a drain that ends late must not move it once more. */
	private int moves;

	public Position position() {
		return this.position;
	}

	/**
	 * Whether nothing new may be begun with the target.
	 */
	public boolean isOff() {
		return this.position != Position.ENABLED;
	}

	/**
	 * Moves it.
	 * @param wanted where to
	 * @return the number of this move
	 */
	public synchronized int move(Position wanted) {
		this.position = wanted;
		this.moves++;
		return this.moves;
	}

	/**
	 * A drain is done. The target stays unused, unless somebody has decided otherwise.
	 * @param move the move that began it
	 */
	public synchronized void drained(int move) {
		if (move == this.moves) {
			this.position = Position.DISABLED;
		}
	}

}
