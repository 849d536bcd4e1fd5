package io.framegate.tap;

import java.util.ArrayList;
import java.util.List;

import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.FrameTap;
import io.framegate.connection.TapPoint;
import io.framegate.mask.Masking;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who watch a route's frames. Any thread may call.
 */
final class RouteTaps implements FrameTap {

	private static final Logger logger = LoggerFactory.getLogger(RouteTaps.class);

	private final String route;

	private final TapPoint point = new TapPoint();

	private final ConnectionRegistry connections;

	private final Masking masking;

	private final TapTime time;

	private volatile List<Tap> taps = List.of();

	/** Whether its frames may be pieces of a stream. */
	private volatile boolean pieces;

	RouteTaps(String route, ConnectionRegistry connections, Masking masking, TapTime time) {
		this.route = route;
		this.connections = connections;
		this.masking = masking;
		this.time = time;
	}

	TapPoint point() {
		return this.point;
	}

	void carriesPieces() {
		this.pieces = true;
	}

	synchronized void add(Tap tap) {
		List<Tap> now = new ArrayList<>(this.taps);
		now.add(tap);
		this.taps = List.copyOf(now);
		this.point.tap(this);
	}

	synchronized void remove(Tap tap) {
		this.taps = this.taps.stream().filter((other) -> other != tap).toList();
		if (this.taps.isEmpty()) {
			this.point.tap(null);
		}
	}

	void end(TapEnd reason) {
		this.taps.forEach((tap) -> tap.end(reason));
	}

	@Override
	public void frame(String connection, boolean in, byte[] payload) {
		FrameConnection from = this.connections.find(connection);
		if (from == null) {
			return;
		}
		for (Tap tap : this.taps) {
			if (tap.wants(from)) {
				frame(tap, from, in, payload);
			}
		}
	}

	/** No fault of a tap may reach those who talk to each other. */
	private void frame(Tap tap, FrameConnection from, boolean in, byte[] payload) {
		long began = this.time.begin();
		try {
			tap.frame(from, in, payload, this.masking.of(this.route), this.pieces, this.time.isSpent());
		}
		catch (RuntimeException | StackOverflowError ex) {
			logger.error("Route '{}': a frame could not be shown, and its tap ends", this.route, ex);
			tap.end(TapEnd.ERROR);
		}
		finally {
			this.time.end(began);
		}
	}

}
