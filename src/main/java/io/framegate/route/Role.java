package io.framegate.route;

/**
 * What somebody may do over HTTP.
 */
public enum Role implements Labelled {

	/** See everything. */
	VIEWER,

	/** See and change everything. */
	OPERATOR

}
