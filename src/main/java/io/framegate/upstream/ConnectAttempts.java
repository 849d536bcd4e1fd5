package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Tries addresses until one accepts. The addresses of another target are tried when all
 * of one have failed. Addresses of the same target wait for each other no longer than RFC
 * 8305 says, so that a silent one costs no more than that. Event loop only.
 */
public final class ConnectAttempts {

	/**
	 * What the attempts need of the part that opens sockets.
	 */
	@FunctionalInterface
	interface Owner {

		/**
		 * Begins to connect. The outcome goes to the handler: opened or closed.
		 * @param loop the loop; the caller is on it
		 * @param candidate the address
		 * @param attempts what the attempt is part of
		 * @param handler follows the connection
		 * @param begun told the connection, or {@code null} if no socket could be opened:
		 * at once, unless a source port is searched for
		 */
		void connect(Loop loop, TargetAddress candidate, ConnectAttempts attempts, ConnectionHandler handler,
				Consumer<@Nullable FrameConnection> begun);

	}

	/** The Connection Attempt Delay of RFC 8305, section 5. */
	private static final long HEAD_START_MILLIS = 250;

	private static final Cause SLOWER = Cause.byGateway(CloseReason.RETIRED,
			"another address of the target was faster");

	private static final Cause NO_SOCKET = Cause.byGateway(CloseReason.OVERLOAD,
			"no socket for an upstream connection: too many open files");

	private final Owner owner;

	private final Timeouts timeouts;

	private final Loop loop;

	private final @Nullable Preface preface;

	private final ConnectionHandler handler;

	private final Consumer<Cause> failed;

	private final List<FrameConnection> attempts = new ArrayList<>(1);

	private final List<TargetAddress> candidates = new ArrayList<>(1);

	/** Targets whose names are not resolved yet. */
	private final Deque<TargetState> unknown = new ArrayDeque<>(0);

	/** The target whose name is awaited. */
	private @Nullable TargetState awaited;

	private int next;

	private @Nullable Future<?> headStart;

	private @Nullable Cause cause;

	private @Nullable Cause cancelled;

	private @Nullable FrameConnection winner;

	/** A source port is being searched for. */
	private boolean beginning;

	private boolean over;

	ConnectAttempts(Owner owner, Timeouts timeouts, Loop loop, @Nullable Preface preface, ConnectionHandler handler,
			Consumer<Cause> failed) {
		this.owner = owner;
		this.timeouts = timeouts;
		this.loop = loop;
		this.preface = preface;
		this.handler = handler;
		this.failed = failed;
	}

	/**
	 * Begins with the targets whose addresses are known.
	 * @param targets the targets, best first
	 */
	void begin(List<TargetState> targets) {
		for (TargetState target : targets) {
			if (target.isLookedUp()) {
				addAddresses(target);
			}
			else {
				this.unknown.addLast(target);
			}
		}
		tryNext();
	}

	private void addAddresses(TargetState target) {
		target.addressesInTurn().forEach((address) -> this.candidates.add(new TargetAddress(target, address)));
	}

	/**
	 * Waits for a name to be resolved, as long as a connect may take.
	 */
	private void awaitName(TargetState target) {
		long limit = this.timeouts.nanos(Timeout.CONNECT);
		this.awaited = target;
		if (limit > 0) {
			this.headStart = this.loop.after(limit, () -> {
				this.timeouts.countFired(Timeout.CONNECT);
				this.cause = Cause.byGateway(CloseReason.CONNECT_TIMEOUT,
						target.target() + ": its name was not looked up within connect ("
								+ this.timeouts.limit(Timeout.CONNECT).text() + ")");
				target.failed(Evidence.CONNECT);
				this.awaited = null;
				tryNext();
			});
		}
		target.lookedUp().thenRun(() -> this.loop.later(() -> {
			if (this.awaited == target) {
				this.awaited = null;
				addAddresses(target);
				tryNext();
			}
		}));
	}

	/**
	 * What the connection sends first.
	 * @return the preface, or {@code null} for nothing
	 */
	@Nullable Preface preface() {
		return this.preface;
	}

	/**
	 * An attempt failed: tries the next address, if there is one.
	 * @param connection the attempt
	 * @param cause why it failed
	 */
	public void failed(FrameConnection connection, Cause cause) {
		if (this.attempts.remove(connection)) {
			this.cause = cause;
			tryNext();
		}
	}

	/**
	 * An attempt has succeeded: the others are cancelled.
	 * @param connection the attempt
	 */
	void succeeded(FrameConnection connection) {
		this.winner = connection;
		this.attempts.remove(connection);
		cancel(SLOWER);
	}

	private void tryNext() {
		stopWaiting();
		if (this.over || this.beginning) {
			return;
		}
		while (this.next < this.candidates.size() && this.candidates.get(this.next).state().isOff()) {
			this.next++;
		}
		if (this.next == this.candidates.size()) {
			if (this.attempts.isEmpty() && !this.unknown.isEmpty()) {
				awaitName(this.unknown.removeFirst());
			}
			else if (this.attempts.isEmpty()) {
				Cause last = this.cause;
				fail((last != null) ? last
						: Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE, "every target is down or disabled"));
			}
			return;
		}
		if (!this.attempts.isEmpty() && !isNextOfSameTarget()) {
			return;
		}
		this.beginning = true;
		this.owner.connect(this.loop, this.candidates.get(this.next++), this, this.handler, this::begun);
	}

	private void begun(@Nullable FrameConnection connection) {
		this.beginning = false;
		if (this.over) {
			if (connection != null && connection != this.winner && this.cancelled != null) {
				connection.close(this.cancelled);
			}
		}
		else if (connection != null) {
			this.attempts.add(connection);
			if (isNextOfSameTarget()) {
				this.headStart = this.loop.after(TimeUnit.MILLISECONDS.toNanos(HEAD_START_MILLIS), this::tryNext);
			}
		}
		else if (this.attempts.isEmpty()) {
			fail(NO_SOCKET);
		}
	}

	private boolean isNextOfSameTarget() {
		return this.next < this.candidates.size()
				&& this.candidates.get(this.next).state() == this.candidates.get(this.next - 1).state();
	}

	private void stopWaiting() {
		Future<?> timer = this.headStart;
		if (timer != null) {
			timer.cancel(false);
			this.headStart = null;
		}
	}

	private void fail(Cause cause) {
		this.over = true;
		this.failed.accept(cause);
	}

	/**
	 * Cancels all attempts.
	 * @param cause the cause
	 */
	public void cancel(Cause cause) {
		this.over = true;
		this.cancelled = cause;
		this.awaited = null;
		stopWaiting();
		for (FrameConnection connection : List.copyOf(this.attempts)) {
			connection.close(cause);
		}
		this.attempts.clear();
	}

}
