package io.framegate.mask;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The masks of the last configuration. Any thread may call.
 */
public final class Masking {

	private final LongSupplier clock;

	private volatile Taken taken;

	/**
	 * Takes the first masks.
	 * @param masks the masks
	 * @param clock gives {@link System#nanoTime()} stamps
	 */
	public Masking(List<Mask> masks, LongSupplier clock) {
		this.clock = clock;
		this.taken = new Taken(masks, new ConcurrentHashMap<>());
	}

	/**
	 * Takes other masks: the next frame that is looked at is hidden by them.
	 * @param masks the masks
	 */
	public void take(List<Mask> masks) {
		this.taken = new Taken(masks, new ConcurrentHashMap<>());
	}

	/**
	 * The masks of a route.
	 * @param route the route's name
	 * @return its masks now
	 */
	public Masks of(String route) {
		Taken now = this.taken;
		return now.routes().computeIfAbsent(route, (name) -> new Masks(now.masks(), name, this.clock));
	}

	/**
	 * Masks that were taken.
	 *
	 * @param masks all of them
	 * @param routes those of each route that was asked for
	 */
	private record Taken(List<Mask> masks, Map<String, Masks> routes) {

	}

}
