package io.framegate.exchange;

/**
 * The key in a frame that a request and its reply have in common. A regular expression
 * with several groups finds it in pieces; one piece is the part that can be rewritten.
 *
 * @param text the whole key, each byte a character
 * @param part the part that can be rewritten
 * @param partAt where the part begins in the text
 * @param from the index of the part's first byte in the frame
 */
public record CorrelationKey(String text, String part, int partAt, int from) {

	/**
	 * The same key with another part.
	 * @param other the part, as long as this one
	 * @return its text
	 */
	public String with(String other) {
		return isWhole() ? other
				: this.text.substring(0, this.partAt) + other + this.text.substring(this.partAt + this.part.length());
	}

	/**
	 * Whether all of it can be rewritten.
	 */
	public boolean isWhole() {
		return this.part.length() == this.text.length();
	}

}
