package io.framegate.configuration;

import io.framegate.route.Labelled;

/**
 * What a user may do over HTTP.
 */
public enum Role implements Labelled {

	/** See everything. */
	VIEWER,

	/** See and change everything. */
	OPERATOR,

	/** Watch frames. It goes with no other role. */
	TAP

}
