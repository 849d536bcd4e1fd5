package io.framegate.connection;

import io.framegate.closure.Cause;

import org.springframework.messaging.MessageHeaders;

/** What the parts of a connection need of the whole: mostly that its handler is told. */
interface ConnectionEvents extends ClosureRecorder.Owner {

	MessageHeaders headers();

	void frame(byte[] payload);

	String remoteText();

	void inputEnded();

	void writabilityChanged();

	void taken();

	void discarded(byte[] payload);

	int wantedOfOversize();

	void oversize(byte[] start, Cause cause);

	void failed(Cause cause);

	void outputFailed(Cause cause);

	void severed(Cause cause);

	long lastActivity();

	long awaitingReplySince();

}
