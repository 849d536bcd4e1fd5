package io.framegate.connection;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

import io.framegate.closure.Side;
import org.jspecify.annotations.Nullable;

/**
 * The state of a connection, and how far each of its directions has ended. It refuses
 * steps that {@link ConnectionState} does not have; a direction never goes back. Event
 * loop only, but for {@link #state()} and {@link #isOpen()}.
 */
final class ConnectionLifecycle {

	private static final long[] NONE = {};

	private volatile ConnectionState state;

	private Input input = Input.OPEN;

	private Output output = Output.OPEN;

	/** The socket takes nothing more, whatever has become of our FIN. */
	private boolean severed;

	/** The socket is being closed, or is closed. */
	private boolean cut;

	/** Closed without the peer's FIN, and not by the gateway in order. */
	private boolean abrupt;

	/** RST is due once everything written has reached the peer's kernel. */
	private boolean resetting;

	/** Counts its steps, once it is known to others. */
	private ConnectionCounts.@Nullable OfSide counts;

	/** When its first two states began, packed: most of the time there are no more. */
	private final long first;

	private long second;

	private long[] later = NONE;

	/**
	 * A new connection.
	 * @param side the connection's side
	 */
	ConnectionLifecycle(Side side) {
		this.state = (side == Side.INBOUND) ? ConnectionState.ACCEPTED : ConnectionState.CONNECTING;
		this.first = StateChange.toNow(this.state);
	}

	/**
	 * The states so far, and when each began.
	 * @return the first one first
	 */
	List<StateChange> states() {
		LongStream begin = (this.second != 0) ? LongStream.of(this.first, this.second) : LongStream.of(this.first);
		return LongStream.concat(begin, Arrays.stream(this.later)).mapToObj(StateChange::of).toList();
	}

	private void become(ConnectionState next) {
		ConnectionState before = this.state;
		if (!before.mayBecome(next)) {
			throw new IllegalStateException("A connection that is " + before + " cannot become " + next);
		}
		this.state = next;
		note(StateChange.toNow(next));
		if (this.counts != null) {
			this.counts.moved(before, next);
		}
	}

	private void note(long change) {
		if (this.second == 0) {
			this.second = change;
			return;
		}
		this.later = Arrays.copyOf(this.later, this.later.length + 1);
		this.later[this.later.length - 1] = change;
	}

	/**
	 * From now on its state is counted.
	 * @param counts those of its route and side
	 */
	void countedIn(ConnectionCounts.OfSide counts) {
		counts.entered(this.state);
		this.counts = counts;
	}

	/** An inbound peer must send a PROXY header. */
	void awaitHeader() {
		become(ConnectionState.PROXY_HEADER);
	}

	/** A TLS handshake begins. */
	void shakeHands() {
		become(ConnectionState.TLS_HANDSHAKE);
	}

	/** An inbound peer has shown who it is: it waits for its upstream connection. */
	void introduced() {
		if (this.state != ConnectionState.ACCEPTED) {
			become(ConnectionState.ACCEPTED);
		}
	}

	/** The connection is established: reading begins. */
	void established() {
		become(ConnectionState.OPEN);
		if (isOutputEnded()) {
			become(ConnectionState.WRITE_CLOSED);
		}
	}

	/** The peer's FIN was read. */
	void finRead() {
		advance(Input.FIN_READ);
	}

	/** Everything before the peer's FIN was cut into frames. */
	void inputCut() {
		advance(Input.CUT);
	}

	/** Every frame before the peer's FIN was delivered. */
	void inputDone() {
		advance(Input.DELIVERED);
		if (this.state == ConnectionState.OPEN) {
			become(ConnectionState.READ_CLOSED);
		}
	}

	private void advance(Input next) {
		if (next.compareTo(this.input) > 0) {
			this.input = next;
		}
	}

	/** FIN follows everything written: no more is. */
	void endOutput() {
		advance(Output.ENDING);
	}

	/** No frame is on its way to the channel any more. */
	void outputComplete() {
		advance(Output.COMPLETE);
	}

	/** Our FIN was sent. */
	void outputEnded() {
		advance(Output.FIN_SENT);
		if (this.state == ConnectionState.OPEN) {
			become(ConnectionState.WRITE_CLOSED);
		}
	}

	private void advance(Output next) {
		if (next.compareTo(this.output) > 0) {
			this.output = next;
		}
	}

	/** The socket takes nothing more: what is pending is lost when it closes. */
	void sever() {
		this.severed = true;
	}

	/** RST takes the place of FIN. */
	void resetLater() {
		this.resetting = true;
	}

	/** The socket is closed now, or as soon as the kernel has answered. */
	void cut() {
		this.cut = true;
	}

	/** It closes without the peer's FIN, and not by the gateway in order. */
	void abrupt() {
		this.abrupt = true;
	}

	/** It is being closed without loss. */
	void drain() {
		become(ConnectionState.DRAINING);
	}

	/** The socket is closed. */
	void closed() {
		become(ConnectionState.CLOSED);
	}

	ConnectionState state() {
		return this.state;
	}

	boolean isOpen() {
		return this.state != ConnectionState.CLOSED;
	}

	/**
	 * Whether something besides its socket is missing, so that nothing is delivered yet.
	 */
	boolean isWaitingToOpen() {
		return this.state.compareTo(ConnectionState.OPEN) < 0;
	}

	boolean isFinRead() {
		return this.input != Input.OPEN;
	}

	boolean isInputCut() {
		return this.input.compareTo(Input.CUT) >= 0;
	}

	boolean isInputDone() {
		return this.input == Input.DELIVERED;
	}

	/**
	 * Whether nothing more may be written, because FIN follows or nothing can reach the
	 * peer.
	 */
	boolean isOutputEnding() {
		return this.output != Output.OPEN || this.severed;
	}

	boolean isOutputComplete() {
		return this.output.compareTo(Output.COMPLETE) >= 0;
	}

	boolean isOutputEnded() {
		return this.output == Output.FIN_SENT;
	}

	boolean isSevered() {
		return this.severed;
	}

	boolean isAbrupt() {
		return this.abrupt;
	}

	/** Whether nothing is read from the socket or written to it any more. */
	boolean isCut() {
		return this.cut;
	}

	/**
	 * Whether RST is due to the peer, and so no FIN before it.
	 */
	boolean isResetting() {
		return this.resetting;
	}

	/**
	 * Whether both directions have ended in order.
	 */
	boolean isDone() {
		return isInputDone() && isOutputEnded();
	}

	/** How far the peer's direction has ended. */
	private enum Input {

		OPEN, FIN_READ, CUT, DELIVERED

	}

	/** How far our direction has ended. */
	private enum Output {

		OPEN, ENDING, COMPLETE, FIN_SENT

	}

}
