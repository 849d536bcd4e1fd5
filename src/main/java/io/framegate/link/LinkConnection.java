package io.framegate.link;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.framing.FrameSink;
import io.framegate.transport.Loop;
import io.framegate.upstream.ConnectAttempts;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * A link's connection: how it is made, to which target, whether it is usable, and how it
 * closes. Event loop only.
 */
abstract class LinkConnection implements ConnectionHandler {

	private final Loop loop;

	private final LinkSettings settings;

	private @Nullable ConnectAttempts attempts;

	private @Nullable FrameConnection connection;

	/** The target that it must lead to, if any. */
	private @Nullable TargetState wanted;

	private boolean ready;

	private boolean retiring;

	private long openedAt;

	LinkConnection(Loop loop, LinkSettings settings) {
		this.loop = loop;
		this.settings = settings;
	}

	/**
	 * The attempts to connect have failed.
	 * @param cause the cause
	 */
	abstract void attemptsFailed(Cause cause);

	/**
	 * The connection is established.
	 */
	abstract void established();

	/**
	 * Every exchange in flight, in the order in which they were sent.
	 * @return the exchanges
	 */
	public abstract Collection<Exchange> exchangesInFlight();

	/**
	 * {@inheritDoc} One that waited in the queue may be older than those that were sent
	 * before it.
	 */
	@Override
	public long awaitingReplySince() {
		long oldest = 0;
		for (Exchange exchange : exchangesInFlight()) {
			long created = exchange.createdAt();
			if (oldest == 0 || created - oldest < 0) {
				oldest = created;
			}
		}
		return oldest;
	}

	@Override
	public final int inFlight() {
		return exchangesInFlight().size();
	}

	/**
	 * Connects to one target.
	 * @param connector opens the connection
	 * @param target the target
	 */
	final void start(Connector connector, TargetState target) {
		this.wanted = target;
		this.attempts = connector.attempts(this.loop, target, this, this::attemptsFailed);
	}

	/**
	 * Connects to the first target that accepts.
	 * @param connector opens the connection
	 * @param client the address of the client it is for, or {@code null}
	 * @param first the target to try first, or {@code null}
	 */
	final void start(Connector connector, @Nullable InetAddress client, @Nullable TargetState first) {
		this.wanted = first;
		this.attempts = connector.attempts(this.loop, client, first, this, this::attemptsFailed);
	}

	final boolean isDialling() {
		return this.connection == null;
	}

	@Override
	public final void opened(FrameConnection opened) {
		this.connection = opened;
		this.openedAt = this.loop.now();
		established();
	}

	/**
	 * Whether a closed connection was only an attempt, and others go on.
	 * @param closed the connection
	 * @param cause why it closed
	 * @return {@code false} for the link's own connection
	 */
	final boolean wasAttempt(FrameConnection closed, Cause cause) {
		boolean attempt = closed != this.connection;
		if (attempt && this.attempts != null) {
			this.attempts.failed(closed, cause);
		}
		return attempt;
	}

	/**
	 * Exchanges may be sent from now on.
	 */
	final void ready() {
		this.ready = true;
	}

	public final boolean isReady() {
		return this.ready;
	}

	/**
	 * Whether exchanges may be sent.
	 */
	public final boolean isOpen() {
		return this.ready && !this.retiring && isWhole();
	}

	/**
	 * Whether the connection is open in every direction that it needs.
	 */
	private boolean isWhole() {
		FrameConnection established = this.connection;
		return established != null && established.isOpen() && !established.isCut()
				&& (this.settings.oneWay() || !established.isInputEnded()) && !established.isOutputEnding();
	}

	final FrameConnection connection() {
		return Objects.requireNonNull(this.connection);
	}

	final @Nullable FrameConnection connectionIfAny() {
		return this.connection;
	}

	public final @Nullable TargetState target() {
		FrameConnection established = this.connection;
		return (established != null && established.attachment() instanceof TargetState state) ? state : this.wanted;
	}

	public final Loop loop() {
		return this.loop;
	}

	final LinkSettings settings() {
		return this.settings;
	}

	/**
	 * Whether the connection is older than {@link TargetState#SOON}, so that it was of
	 * use.
	 */
	public final boolean hasLasted() {
		return this.loop.now() - this.openedAt >= TargetState.SOON;
	}

	final long openedAt() {
		return this.openedAt;
	}

	/**
	 * When it was last known to be alive: when something was received, or sent if nothing
	 * is expected back.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public final long lastAliveAt() {
		FrameConnection established = connection();
		return this.settings.oneWay() ? established.lastActivity() : established.lastReadNanos();
	}

	/**
	 * Whether a request was sent whole: no reply to it can come before.
	 * @param exchange the exchange
	 */
	final boolean hasLeft(Exchange exchange) {
		return connection().settledPosition() >= exchange.end();
	}

	/**
	 * Takes no more exchanges, and closes once none is in flight. Its owner knows.
	 * @param cause why
	 */
	final void retire(Cause cause) {
		this.retiring = true;
		FrameConnection established = this.connection;
		if (established == null) {
			if (this.attempts != null) {
				this.attempts.cancel(cause);
			}
			return;
		}
		established.because(cause);
		if (exchangesInFlight().isEmpty()) {
			established.closeGracefully(cause);
		}
	}

	/**
	 * Retires because somebody asked. Exchanges in flight are awaited no longer than the
	 * drain timer says.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	final void drain(Cause cause, long since) {
		FrameConnection established = this.connection;
		if (established != null) {
			established.drain(since);
		}
		retire(cause);
	}

	/**
	 * Takes no more exchanges. The caller decides how the connection closes.
	 */
	final void stopUse() {
		this.retiring = true;
	}

	public final boolean isRetiring() {
		return this.retiring;
	}

	final void endIfRetired() {
		FrameConnection established = this.connection;
		if (this.retiring && established != null && exchangesInFlight().isEmpty()) {
			Cause cause = established.cause();
			established.closeGracefully((cause != null) ? cause : Cause.byGateway(CloseReason.RETIRED, ""));
		}
	}

	/**
	 * A frame longer than the limit fails only its own exchange.
	 */
	@Override
	public final int wantedOfOversize() {
		return this.settings.oneWay() ? FrameSink.NONE : this.settings.searchedBytes();
	}

	@Override
	public final void answer(FrameConnection to, byte[] payload) {
		if (!to.isOpen() || to.isOutputEnding() || to.framing().refusal(payload) != null) {
			this.settings.metrics().countUndelivered(1);
		}
		else {
			to.write(payload);
		}
	}

	/** Links may be idle: the pool has limits of its own. */
	@Override
	public final long lastActivity(long own) {
		return 0;
	}

}
