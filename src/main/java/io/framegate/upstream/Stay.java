package io.framegate.upstream;

import java.util.function.Consumer;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.transport.Loop;

/**
 * A connection with a target, from the connect to its end. It is the connection's only
 * listener, because each takes about 100 bytes of every session. The connection's loop
 * only.
 */
final class Stay implements Consumer<Closure> {

	private final TargetState state;

	private final Loop loop;

	/** When a session's connection was established, 0 for any other. */
	private long since;

	/**
	 * A connect begins.
	 * @param state the target
	 * @param loop the connection's loop
	 */
	Stay(TargetState state, Loop loop) {
		this.state = state;
		this.loop = loop;
		state.begun();
	}

	TargetState state() {
		return this.state;
	}

	/** A session's connection is established. */
	void established() {
		this.since = this.loop.now();
	}

	/** The connection is closed. */
	@Override
	public void accept(Closure closure) {
		this.state.ended();
		if (this.since != 0 && isFailure(closure)) {
			this.state.failed(Evidence.ANSWER);
		}
	}

	/**
	 * A session's connection that its server closes before anything was sent is no better
	 * than a refused one.
	 */
	private boolean isFailure(Closure closure) {
		boolean reset = closure.reason() == CloseReason.UPSTREAM_RESET || closure.reason() == CloseReason.TLS_FAILED;
		return (reset || (closure.reason() == CloseReason.UPSTREAM_EOF && closure.bytesOut() == 0))
				&& closure.bytesIn() == 0 && this.loop.now() - this.since < TargetState.SOON;
	}

}
