package io.framegate.route;

/**
 * One local port or a range of them.
 *
 * @param first the lowest port, 1 to 65535
 * @param last the highest port, not below the first
 */
public record PortRange(int first, int last) {

	/**
	 * Reads {@code 40000} or {@code 40000-40099}.
	 * @param text the text
	 * @return the ports
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static PortRange of(String text) {
		int dash = text.indexOf('-');
		PortRange range = (dash < 0) ? new PortRange(port(text), port(text))
				: new PortRange(port(text.substring(0, dash)), port(text.substring(dash + 1)));
		if (range.first > range.last) {
			throw new IllegalArgumentException("a range must go from lower to higher, such as 40000-40099");
		}
		return range;
	}

	/**
	 * How many ports these are.
	 * @return at least 1
	 */
	public int count() {
		return this.last - this.first + 1;
	}

	@Override
	public String toString() {
		return (this.first == this.last) ? Integer.toString(this.first) : this.first + "-" + this.last;
	}

	static int port(String text) {
		String digits = text.strip();
		int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
		if (port < 1 || port > 65535) {
			throw new IllegalArgumentException("a port is a whole number from 1 to 65535");
		}
		return port;
	}

}
