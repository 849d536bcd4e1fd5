package io.framegate.framing;

/** What becomes of frames without a payload. Many protocols poll with them. */
public enum EmptyFrames {

	/** They pass as any frame. */
	PASS,

	/** They are read and go nowhere. */
	IGNORE,

	/** Their bytes are sent back, and they go nowhere else. */
	ANSWER

}
