package io.framegate.configuration;

import io.framegate.route.Labelled;

/**
 * Who may read metrics, which name routes and targets.
 */
public enum MetricsAccess implements Labelled {

	/** Everybody. */
	OPEN,

	/** Only users who may read the rest. */
	READ

}
