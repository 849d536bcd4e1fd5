package io.framegate.connection;

import org.jspecify.annotations.Nullable;

/**
 * Where a route's frames can be watched. As a rule nobody does, and a frame costs one
 * look at a field. Any thread may call.
 */
public final class TapPoint {

	private volatile @Nullable FrameTap tap;

	/**
	 * Who watches.
	 * @return the tap, or {@code null}
	 */
	@Nullable FrameTap tap() {
		return this.tap;
	}

	/**
	 * Watches from now on, or no more.
	 * @param watcher the tap, or {@code null}
	 */
	public void tap(@Nullable FrameTap watcher) {
		this.tap = watcher;
	}

}
