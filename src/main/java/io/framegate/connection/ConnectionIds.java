package io.framegate.connection;

/**
 * Tells connections apart. Any thread may call.
 */
public interface ConnectionIds {

	/**
	 * Counts a new connection.
	 * @return a number that rises by one with each
	 */
	long nextNumber();

	/**
	 * A connection's id: unique over restarts, rising within a process. It is made anew
	 * each time, because it is seldom asked for and takes 56 bytes.
	 * @param number its number
	 * @return an id that needs no escaping in a URL
	 */
	String id(long number);

}
