package io.framegate.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * Told what the kernel answers to a connection's writes, where it answers later
 * ({@code io_uring}). The connection's event loop calls.
 */
public interface WriteAnswers {

	/** Whom a connection's channel tells. */
	AttributeKey<WriteAnswers> KEY = AttributeKey.valueOf(WriteAnswers.class.getName());

	/**
	 * The kernel has taken bytes that the channel still holds.
	 * @param bytes how many, at least 1
	 */
	void taking(int bytes);

	/** A write was answered, and the channel holds no more than what is left. */
	void taken();

	/**
	 * Has a connection told.
	 * @param channel the connection's channel, of an {@link IoLoop} whose kernel answers
	 * later
	 * @param answers the connection
	 */
	static void tell(Channel channel, WriteAnswers answers) {
		channel.attr(KEY).set(answers);
	}

}
