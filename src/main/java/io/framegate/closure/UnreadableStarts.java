package io.framegate.closure;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The first bytes of frames that could not be cut, of the newest connections that failed
 * so. They may be secret: they are kept so that framings can be tried on them, and are
 * never shown or logged. Any thread may call.
 */
public final class UnreadableStarts {

	/** How many connections of one route are remembered. */
	static final int OF_ROUTE = 100;

	/** How many of all routes. */
	static final int OF_ALL = 2000;

	/** By route, and there by connection, the oldest first; also the lock. */
	private final Map<String, LinkedHashMap<String, Start>> routes = new HashMap<>();

	private int size;

	/**
	 * The first bytes of a frame.
	 *
	 * @param route the connection's route
	 * @param side its side
	 * @param bytes at most 256 bytes
	 */
	public record Start(String route, Side side, byte[] bytes) {

	}

	/**
	 * Keeps the first bytes of a frame, in place of any others of this connection.
	 * @param id the connection's id
	 * @param route its route
	 * @param side its side
	 * @param bytes the bytes, not changed from now on
	 */
	public void keep(String id, String route, Side side, byte[] bytes) {
		synchronized (this.routes) {
			LinkedHashMap<String, Start> ofRoute = this.routes.computeIfAbsent(route, (name) -> new LinkedHashMap<>());
			if (ofRoute.put(id, new Start(route, side, bytes)) == null) {
				this.size++;
			}
			if (ofRoute.size() > OF_ROUTE) {
				removeOldest(ofRoute);
			}
			else if (this.size > OF_ALL) {
				this.routes.values()
					.stream()
					.max(Comparator.comparingInt(LinkedHashMap::size))
					.ifPresent(this::removeOldest);
			}
		}
	}

	private void removeOldest(LinkedHashMap<String, Start> ofRoute) {
		ofRoute.pollFirstEntry();
		this.size--;
	}

	/**
	 * Finds the first bytes of a connection's frame.
	 * @param id the connection's id
	 * @return the bytes, or {@code null} if none are kept
	 */
	public @Nullable Start find(String id) {
		synchronized (this.routes) {
			return this.routes.values()
				.stream()
				.map((ofRoute) -> ofRoute.get(id))
				.filter(java.util.Objects::nonNull)
				.findFirst()
				.orElse(null);
		}
	}

}
