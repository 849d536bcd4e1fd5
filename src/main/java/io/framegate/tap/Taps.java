package io.framegate.tap;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.TapPoint;
import io.framegate.framing.Framing;
import io.framegate.framing.StreamFraming;
import io.framegate.mask.Masking;
import io.framegate.transport.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who watches frames: a few at once, each with a reserved part of the memory
 * that connections may hold. Any thread may call.
 */
public final class Taps implements Tap.Owner {

	/** So many at once. */
	public static final int MOST = 10;

	/** What one may hold, in its queue and on its way to the reader. */
	private static final long RESERVED = 4L * Tap.MAX_HELD;

	private final ConnectionRegistry connections;

	private final Masking masking;

	private final MemoryBudget budget;

	private final LongSupplier clock;

	private final TapTime time;

	private final Map<String, RouteTaps> routes = new ConcurrentHashMap<>();

	private final List<Tap> open = new CopyOnWriteArrayList<>();

	/**
	 * Nobody watches yet.
	 * @param connections finds the connection of a frame
	 * @param masking what is hidden
	 * @param budget reserves memory
	 * @param clock gives {@link System#nanoTime()} stamps
	 */
	public Taps(ConnectionRegistry connections, Masking masking, MemoryBudget budget, LongSupplier clock) {
		this.connections = connections;
		this.masking = masking;
		this.budget = budget;
		this.clock = clock;
		this.time = new TapTime(clock);
	}

	/**
	 * Where a route's connections can be watched.
	 * @param route the route's name
	 * @param framing the framing of one of its sides
	 * @return the point, the same for every route of that name
	 */
	public TapPoint point(String route, Framing framing) {
		RouteTaps taps = of(route);
		if (framing instanceof StreamFraming) {
			taps.carriesPieces();
		}
		return taps.point();
	}

	private RouteTaps of(String route) {
		return this.routes.computeIfAbsent(route,
				(name) -> new RouteTaps(name, this.connections, this.masking, this.time));
	}

	/**
	 * Begins to watch.
	 * @param request what
	 * @return the tap, or {@code null} if there are too many; to be closed
	 * @throws IllegalStateException if there is not enough memory
	 */
	public synchronized @Nullable Tap open(TapRequest request) {
		this.open.stream().filter(Tap::isAbandoned).forEach(Tap::close);
		if (this.open.size() >= MOST) {
			return null;
		}
		if (!this.budget.tryReserve(RESERVED)) {
			throw new IllegalStateException("there is not enough memory for another tap (framegate.memory.limit)");
		}
		String id = request.connection();
		Tap tap = new Tap(request, this, this.clock, () -> id == null || this.connections.find(id) != null);
		this.open.add(tap);
		this.routes.forEach((name, taps) -> {
			if (request.route() == null || request.route().equals(name)) {
				taps.add(tap);
			}
		});
		return tap;
	}

	/**
	 * Ends every tap that sees a route.
	 * @param route the route's name
	 * @param reason why
	 */
	public void end(String route, TapEnd reason) {
		RouteTaps taps = this.routes.get(route);
		if (taps != null) {
			taps.end(reason);
		}
	}

	/**
	 * Ends all taps.
	 * @param reason why
	 */
	public void endAll(TapEnd reason) {
		this.open.forEach((tap) -> tap.end(reason));
	}

	@Override
	public void ended(Tap tap) {
		this.routes.values().forEach((taps) -> taps.remove(tap));
	}

	@Override
	public void closed(Tap tap) {
		// It may have ended before it had begun to watch every route.
		ended(tap);
		if (this.open.remove(tap)) {
			this.budget.release(RESERVED);
		}
	}

}
