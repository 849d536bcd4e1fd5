package io.framegate.route;

/**
 * An upstream server's address.
 *
 * @param host a host name or an IP address, without brackets
 * @param port the port, 1 to 65535
 */
public record Target(String host, int port) {

	private static final String ALLOWED = "host:port, such as 10.1.2.3:7101, orders.example:7101 or [2001:db8::1]:7101";

	/**
	 * Reads {@code host:port} or {@code [address]:port}.
	 * @param text the text
	 * @return the target
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static Target of(String text) {
		int colon = text.lastIndexOf(':');
		if (colon <= 0) {
			throw new IllegalArgumentException("must be " + ALLOWED);
		}
		String host = text.substring(0, colon);
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (bracketed) {
			host = host.substring(1, host.length() - 1);
		}
		if (bracketed != host.contains(":") || !host.matches("[A-Za-z0-9._%:-]+")) {
			throw new IllegalArgumentException("must be " + ALLOWED);
		}
		return new Target(host, PortRange.port(text.substring(colon + 1)));
	}

	/**
	 * The target as users write and see it.
	 * @return {@code host:port}, an IPv6 address in brackets
	 */
	@Override
	public String toString() {
		return (this.host.contains(":") ? "[" + this.host + "]" : this.host) + ":" + this.port;
	}

}
