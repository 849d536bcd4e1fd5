package io.framegate.relay;

import io.framegate.connection.Watcher;

import org.springframework.messaging.MessageHandler;

/**
 * What a route's mode does with connections and frames.
 */
public interface Relay {

	/**
	 * What follows a newly accepted connection.
	 * @return a watcher for one inbound connection; any event loop calls
	 */
	Watcher watcher();

	/**
	 * Takes the frames that passed the route's request channel.
	 * @return a handler; any thread calls
	 */
	MessageHandler requests();

	/**
	 * Takes the frames that passed the route's reply channel.
	 * @return a handler; any thread calls
	 */
	MessageHandler replies();

}
