package io.framegate.transport;

/**
 * A connection of a loop that has nothing to do there.
 */
public abstract class IdleMember implements LoopMembers.Member {

	private int place = -1;

	@Override
	public int place() {
		return this.place;
	}

	@Override
	public void place(int place) {
		this.place = place;
	}

	@Override
	public long sweep(long now) {
		return now;
	}

	@Override
	public boolean isShared() {
		return false;
	}

	@Override
	public void countHeld() {
	}

	@Override
	public boolean isStarved() {
		return false;
	}

	@Override
	public long refusedSince() {
		return 0;
	}

	@Override
	public void feed() {
	}

}
