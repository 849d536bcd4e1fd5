package io.framegate.route;

/**
 * What a target's sessions do when the target goes down.
 */
public enum OnDown implements Labelled {

	/** They go on. */
	KEEP,

	/** They are drained. */
	DRAIN

}
