package io.framegate.lifecycle;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.framegate.closure.Cause;
import io.framegate.closure.Closure;
import io.framegate.connection.FrameConnection;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * The end of one connection to a target that drains, and of the client that it belongs
 * to. The connection's loop counts; any thread may ask when it is done.
 */
final class TargetDrain {

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final FrameConnection connection;

	private final TargetState target;

	private final boolean oneWay;

	private @Nullable FrameConnection client;

	private boolean counted;

	private long before;

	private long inFlight;

	private long delivered;

	private long undelivered;

	/**
	 * Begins it, if the connection leads to the target.
	 * @param connection an upstream connection of the route
	 * @param target the target
	 * @param oneWay whether frames are not answered
	 * @param cause who wants it
	 */
	TargetDrain(FrameConnection connection, TargetState target, boolean oneWay, Cause cause) {
		this.connection = connection;
		this.target = target;
		this.oneWay = oneWay;
		connection.execute(() -> begin(cause));
	}

	CompletableFuture<Void> done() {
		return this.done;
	}

	private void begin(Cause cause) {
		FrameConnection leading = this.connection;
		if (leading.attachment() != this.target || leading.state().isOpening() || leading.isCut()) {
			this.done.complete(null);
			return;
		}
		this.counted = true;
		leading.whenClosed().thenAccept(this::closed);
		this.client = leading.peer();
		this.before = framesDelivered();
		this.inFlight = (this.client != null) ? 0 : leading.handler().inFlight();
		leading.handler().drain(leading, cause);
	}

	/**
	 * What the client got, or what came from the target for several clients.
	 */
	private long framesDelivered() {
		FrameConnection own = this.client;
		if (own != null) {
			return own.framesOut();
		}
		return this.oneWay ? this.connection.framesOut() : this.connection.framesIn();
	}

	private void closed(Closure record) {
		FrameConnection own = this.client;
		if (own != null) {
			own.whenClosed().thenAccept((clients) -> {
				this.delivered = clients.framesOut() - this.before;
				// Each record has what was lost with the other one, too.
				this.undelivered = Math.max(clients.undelivered().frames(), record.undelivered().frames());
				this.done.complete(null);
			});
		}
		else {
			this.delivered = Math.min(framesDelivered() - this.before, this.inFlight);
			this.undelivered = this.inFlight - this.delivered;
			this.done.complete(null);
		}
	}

	/**
	 * What became of all.
	 * @param drains what is done
	 * @return how many connections there were, and what was delivered
	 */
	static DrainReport report(List<TargetDrain> drains) {
		return new DrainReport(drains.stream().mapToInt(TargetDrain::connections).sum(),
				drains.stream().mapToLong((each) -> each.delivered).sum(),
				drains.stream().mapToLong((each) -> each.undelivered).sum());
	}

	private int connections() {
		if (!this.counted) {
			return 0;
		}
		return (this.client != null) ? 2 : 1;
	}

}
