package io.framegate.upstream;

/**
 * What a target was seen to do, or failed to do. Each step proves more than the one
 * before: a target that accepts connections need not answer heartbeats, and one that
 * answers heartbeats need not answer requests.
 */
public enum Evidence {

	/** Accepts connections. */
	CONNECT,

	/** Answers the gateway's own heartbeats and probes, and keeps its connections. */
	ANSWER,

	/** Answers clients' requests. */
	EXCHANGE

}
