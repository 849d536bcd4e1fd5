package io.framegate.route;

/**
 * Who may read metrics, which name routes and targets.
 */
public enum MetricsAccess implements Labelled {

	/** Everybody. */
	OPEN,

	/** Who may read the rest. */
	READ

}
