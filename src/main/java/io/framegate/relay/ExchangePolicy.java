package io.framegate.relay;

import io.framegate.route.Correlation;
import io.framegate.route.Mode;
import io.framegate.route.OnFailure;
import io.framegate.route.Payload;
import io.framegate.route.Route;
import io.framegate.transport.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * How a route treats the exchanges of its clients.
 *
 * @param oneWay whether there are no replies
 * @param ordered whether a client's replies come in the order of its requests
 * @param failureReply what a client gets in place of a reply that does not come, or
 * {@code null} if its connection is to be closed
 * @param mostReplyBytes what the replies of one client may take while it is still read,
 * in bytes
 * @param mostHeldBytes what the replies held for one client may take, in bytes
 */
record ExchangePolicy(boolean oneWay, boolean ordered, byte @Nullable [] failureReply, long mostReplyBytes,
		long mostHeldBytes) {

	private static final long MIN_REPLY_BYTES = 1024 * 1024;

	private static final long MAX_REPLY_BYTES = 16 * MIN_REPLY_BYTES;

	static ExchangePolicy of(Route route, MemoryBudget budget) {
		Correlation correlation = route.upstream().correlation();
		String reply = route.upstream().onFailureReply();
		return new ExchangePolicy(route.mode() == Mode.ONE_WAY, correlation == null || correlation.ordered(),
				(route.upstream().onFailure() == OnFailure.REPLY && reply != null) ? new Payload(reply).bytes() : null,
				Math.clamp(budget.limit() / 16, MIN_REPLY_BYTES, MAX_REPLY_BYTES), budget.limit() / 4);
	}

}
