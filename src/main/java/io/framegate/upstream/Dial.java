package io.framegate.upstream;

import java.util.List;
import java.util.function.Consumer;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.connection.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * Tries addresses one after the other until one accepts. Event loop only.
 */
public final class Dial {

	private final Connector connector;

	private final Loop loop;

	private final Watcher watcher;

	private final Consumer<Cause> failed;

	private List<Candidate> candidates = List.of();

	private int next;

	private @Nullable FrameConnection attempt;

	private @Nullable Cause cause;

	private boolean cancelled;

	Dial(Connector connector, Loop loop, Watcher watcher, Consumer<Cause> failed) {
		this.connector = connector;
		this.loop = loop;
		this.watcher = watcher;
		this.failed = failed;
	}

	void begin(List<Candidate> found) {
		this.candidates = found;
		tryNext();
	}

	/**
	 * An attempt of this dial failed: tries the next address, if there is one.
	 * @param connection the attempt
	 * @param why why it failed
	 */
	public void failed(FrameConnection connection, Cause why) {
		this.cause = why;
		this.attempt = null;
		tryNext();
	}

	private void tryNext() {
		if (this.cancelled) {
			return;
		}
		if (this.next == this.candidates.size()) {
			Cause last = this.cause;
			this.failed.accept(
					(last != null) ? last : Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE, "every target is down"));
			return;
		}
		Candidate candidate = this.candidates.get(this.next++);
		FrameConnection connection = this.connector.connect(this.loop, candidate, this.watcher);
		if (connection == null) {
			this.next = this.candidates.size();
			this.failed.accept(this.connector.noSocket());
			return;
		}
		this.attempt = connection;
	}

	/**
	 * Whether a connection is this dial's present attempt.
	 * @param connection a connection
	 * @return whether it is
	 */
	public boolean isAttempt(FrameConnection connection) {
		return this.attempt == connection;
	}

	/**
	 * Gives up.
	 * @param why the cause
	 */
	public void cancel(Cause why) {
		this.cancelled = true;
		FrameConnection connection = this.attempt;
		if (connection != null) {
			connection.close(why);
		}
	}

}
