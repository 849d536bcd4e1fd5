package io.framegate.link;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.transport.Loop;

/**
 * What a link needs of the part that gives it exchanges. Event loop only.
 *
 * @param <L> the link
 */
interface LinkOwner<L> {

	/**
	 * The event loop that owner and links run on.
	 * @return the loop
	 */
	Loop loop();

	/**
	 * A link's connection is established. It carries nothing before {@link #idle}.
	 * @param link the link
	 */
	void established(L link);

	/**
	 * A link's connection could not be established.
	 * @param link the link
	 * @param cause why
	 */
	void connectFailed(L link, Cause cause);

	/**
	 * A link has carried its first exchange.
	 */
	void proven();

	/**
	 * A link can take an exchange again.
	 * @param link the link
	 */
	void idle(L link);

	/**
	 * A link takes no more exchanges. May be told several times.
	 * @param link the link
	 */
	void closed(L link);

	/**
	 * A link was poisoned. Its connection still reads, so that late replies are counted.
	 * @param connection the connection
	 */
	void poisoned(FrameConnection connection);

	/**
	 * An exchange was never sent, and waits for another link in front of its client's
	 * others.
	 * @param exchange the exchange
	 */
	void putBack(Exchange exchange);

	/**
	 * Queued exchanges may find a place now.
	 */
	void roomAvailable();

	/**
	 * One client's queued exchanges may find a place now.
	 * @param client the client
	 */
	void roomAvailable(Requester client);

}
