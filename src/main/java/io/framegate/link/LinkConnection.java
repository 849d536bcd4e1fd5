package io.framegate.link;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.transport.Loop;
import io.framegate.upstream.ConnectAttempts;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * A link's connection: how it comes about, to which target, whether it is of use, and how
 * it ends. Event loop only.
 */
abstract class LinkConnection implements ConnectionHandler {

	private final Loop loop;

	private final LinkSettings settings;

	private @Nullable ConnectAttempts attempts;

	private @Nullable FrameConnection connection;

	/** The target that it is to lead to, if that matters. */
	private @Nullable TargetState wanted;

	private boolean ready;

	private boolean retiring;

	private long openedAt;

	LinkConnection(Loop loop, LinkSettings settings) {
		this.loop = loop;
		this.settings = settings;
	}

	/**
	 * The dial has failed.
	 * @param cause the cause
	 */
	abstract void dialFailed(Cause cause);

	/**
	 * The connection is established.
	 */
	abstract void established();

	/**
	 * Every exchange under way, oldest first.
	 * @return the exchanges
	 */
	public abstract Collection<Exchange> exchangesInFlight();

	/**
	 * Connects to one target.
	 * @param connector opens the connection
	 * @param target the target
	 */
	final void start(Connector connector, TargetState target) {
		this.wanted = target;
		this.attempts = connector.attempts(this.loop, target, this, this::dialFailed);
	}

	/**
	 * Connects to the first target that accepts.
	 * @param connector opens the connection
	 * @param client for whom
	 * @param first the target to try first, or {@code null}
	 */
	final void start(Connector connector, @Nullable InetAddress client, @Nullable TargetState first) {
		this.wanted = first;
		this.attempts = connector.attempts(this.loop, client, first, this, this::dialFailed);
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
		if (attempt && this.attempts != null) {
			this.attempts.failed(closed, cause);
		}
		return attempt;
	}

	/**
	 * From now on exchanges may be sent.
	 */
	final void ready() {
		this.ready = true;
	}

	public final boolean isReady() {
		return this.ready;
	}

	/**
	 * Whether exchanges may be sent.
	 * @return whether it is there to be used
	 */
	public final boolean isOpen() {
		return this.ready && !this.retiring && isWhole();
	}

	/**
	 * Whether the connection still goes both ways, as far as that matters.
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
	 * Whether the connection has lasted for longer than one that is of no use.
	 * @return whether it is older than {@link Connector#SOON}
	 */
	public final boolean hasLasted() {
		return System.nanoTime() - this.openedAt >= Connector.SOON;
	}

	final long openedAt() {
		return this.openedAt;
	}

	/**
	 * When it was last known to be alive: when something came, or, where nothing is to
	 * come, when something left.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public final long lastAliveAt() {
		FrameConnection established = connection();
		return this.settings.oneWay() ? established.lastActivity() : established.lastReadNanos();
	}

	/**
	 * Whether a request has left whole: no reply to it can come before.
	 * @param exchange the exchange
	 * @return whether it has
	 */
	final boolean hasLeft(Exchange exchange) {
		return connection().settledPosition() >= exchange.end();
	}

	/**
	 * Takes no more exchanges, and ends once those under way are done. Its owner knows.
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
	 * Retires at somebody's wish: what is under way is not waited for any longer than the
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
	 * Takes no more exchanges; how it ends is decided elsewhere.
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

	@Override
	public final void answer(FrameConnection to, byte[] payload) {
		if (!to.isOpen() || to.isOutputEnding() || to.framing().refusal(payload) != null) {
			this.settings.metrics().countUndelivered(1);
		}
		else {
			to.write(payload);
		}
	}

	/** Being idle is what links are for; the pool has limits of its own. */
	@Override
	public final long lastActivity(long own) {
		return 0;
	}

}
