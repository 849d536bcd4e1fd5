package io.framegate.testkit;

/**
 * What an upstream does with a connection. It runs on a virtual thread of the
 * connection's own; the connection is closed when it returns.
 */
@FunctionalInterface
public interface Script {

	void on(Peer peer) throws Exception;

}
