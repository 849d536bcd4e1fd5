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

	/**
	 * What the details of failed attempts from a certain address or port have in them.
	 */
	static final String SOURCE = " from source ";

	private static final String CANNOT_ASSIGN = "Cannot assign requested address";

	private final Connector connector;

	private final Loop loop;

	private final Watcher watcher;

	private final Consumer<Cause> failed;

	private List<Candidate> candidates = List.of();

	private int next;

	private final int firstSource;

	/** How many source ports were tried for the present address. */
	private int sourcesTried;

	private @Nullable FrameConnection attempt;

	private @Nullable Cause cause;

	private boolean cancelled;

	Dial(Connector connector, Loop loop, Watcher watcher, Consumer<Cause> failed) {
		this.connector = connector;
		this.loop = loop;
		this.watcher = watcher;
		this.failed = failed;
		this.firstSource = connector.sources().first();
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
		if (isLocalFault(why) && this.sourcesTried < this.connector.sources().count()) {
			this.next--;
			tryAgain();
		}
		else {
			tryNext();
		}
	}

	/**
	 * Whether it is the local address or port that cannot be had.
	 */
	static boolean isLocalFault(Cause why) {
		return why.detail().contains(SOURCE)
				&& (why.detail().contains("Address already in use") || why.detail().contains(CANNOT_ASSIGN));
	}

	/**
	 * Says what the operating system does not: an ended connection keeps its pair of
	 * ports for a minute on the side that closed first.
	 */
	static String explained(String detail) {
		return detail.contains(CANNOT_ASSIGN)
				? detail + " (not an address of this machine, or an earlier connection from there is not over yet)"
				: detail;
	}

	private void tryNext() {
		this.sourcesTried = 0;
		tryAgain();
	}

	private void tryAgain() {
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
		FrameConnection connection = this.connector.connect(this.loop, candidate,
				this.connector.sources().get(this.firstSource + this.sourcesTried++), this.watcher);
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
