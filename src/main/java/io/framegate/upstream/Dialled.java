package io.framegate.upstream;

import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.framegate.connection.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * What a link is before it carries anything: the dial, then the connection, and to which
 * target. Event loop only.
 */
abstract class Dialled implements Watcher {

	/**
	 * A connection that its server ends unused within this time, in nanoseconds, was of
	 * no use.
	 */
	static final long SOON = TimeUnit.SECONDS.toNanos(1);

	private final Shard shard;

	private @Nullable Dial dial;

	private @Nullable FrameConnection connection;

	/** The target that it is to lead to, if that matters. */
	private @Nullable TargetState wanted;

	private boolean ready;

	private long openedAt;

	Dialled(Shard shard) {
		this.shard = shard;
	}

	/**
	 * The dial has failed.
	 * @param cause why
	 */
	abstract void dialFailed(Cause cause);

	/**
	 * The connection is established.
	 */
	abstract void established();

	/**
	 * Connects to one target.
	 * @param target the target
	 */
	final void start(TargetState target) {
		this.wanted = target;
		this.dial = this.shard.connector().dial(this.shard.loop(), target, this, this::dialFailed);
	}

	/**
	 * Connects to the first target that accepts.
	 * @param client for whom
	 * @param first the target to try first, or {@code null}
	 */
	final void start(@Nullable InetAddress client, @Nullable TargetState first) {
		this.wanted = first;
		this.dial = this.shard.connector().dial(this.shard.loop(), client, first, this, this::dialFailed);
	}

	/**
	 * Gives up what is not established.
	 * @param cause why
	 * @return whether there was no connection yet
	 */
	final boolean cancelDial(Cause cause) {
		if (this.connection == null && this.dial != null) {
			this.dial.cancel(cause);
		}
		return this.connection == null;
	}

	final boolean isDialling() {
		return this.connection == null;
	}

	@Override
	public final void opened(FrameConnection opened) {
		this.connection = opened;
		this.openedAt = System.nanoTime();
		established();
	}

	/**
	 * Whether a connection that ended was an attempt of the dial, which goes on.
	 * @param closed the connection
	 * @param cause why it ended
	 * @return {@code false} for the link's own
	 */
	final boolean wasAttempt(FrameConnection closed, Cause cause) {
		boolean attempt = closed != this.connection;
		if (attempt && this.dial != null) {
			this.dial.failed(closed, cause);
		}
		return attempt;
	}

	/**
	 * From now on exchanges may be sent.
	 */
	final void ready() {
		this.ready = true;
	}

	final boolean isReady() {
		return this.ready;
	}

	/**
	 * Whether the connection still goes both ways, as far as that matters.
	 * @return whether what is sent may be answered, if it is to be
	 */
	final boolean isWhole() {
		FrameConnection established = this.connection;
		return established != null && established.isOpen() && !established.isCut()
				&& (this.shard.isOneWay() || !established.isInputEnded()) && !established.isOutputEnding();
	}

	final FrameConnection connection() {
		return Objects.requireNonNull(this.connection);
	}

	final @Nullable FrameConnection connectionIfAny() {
		return this.connection;
	}

	final @Nullable TargetState target() {
		FrameConnection established = this.connection;
		return (established != null && established.attachment() instanceof TargetState state) ? state : this.wanted;
	}

	final Shard shard() {
		return this.shard;
	}

	/**
	 * Whether the connection has lasted for longer than one that is of no use.
	 * @return whether it is older than {@link #SOON}
	 */
	final boolean hasLasted() {
		return System.nanoTime() - this.openedAt >= SOON;
	}

	final long openedAt() {
		return this.openedAt;
	}

}
