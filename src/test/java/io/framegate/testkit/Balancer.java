package io.framegate.testkit;

import java.util.List;

/**
 * A TCP load balancer as Kubernetes' is: new connections go to the endpoints in turn,
 * those that are there stay where they are when their endpoint is removed.
 */
public interface Balancer extends AutoCloseable {

	/**
	 * Where clients connect.
	 * @return a port of 127.0.0.1
	 */
	int port();

	/**
	 * Sends new connections to an endpoint, too.
	 * @param port its port at 127.0.0.1
	 */
	void add(int port);

	/**
	 * Sends no more new connections to an endpoint.
	 * @param port its port
	 */
	void remove(int port);

	/**
	 * How many connections an endpoint was ever given.
	 * @param port its port
	 * @return connections that are there and that have ended
	 */
	long opened(int port);

	/**
	 * What should not happen behind a balancer: endpoints that refused a connection, and
	 * connections that an endpoint or a client reset.
	 * @return a line for each, or for each kind
	 */
	List<String> faults();

	@Override
	void close();

}
