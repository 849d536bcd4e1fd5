package io.framegate.upstream;

import java.net.InetSocketAddress;

/**
 * An address to connect to.
 *
 * @param state the target it belongs to
 * @param address its address, unresolved if its name is not known
 */
record TargetAddress(TargetState state, InetSocketAddress address) {

	@Override
	public String toString() {
		return this.state.target().toString();
	}

}
