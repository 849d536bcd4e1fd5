package io.framegate.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Version 1: a line of text.
 */
final class LineHeader {

	/** The longest line, with its CR LF. */
	static final int MAX_BYTES = 107;

	static final byte[] START = { 'P', 'R', 'O', 'X', 'Y', ' ' };

	private static final String UNKNOWN = "UNKNOWN";

	private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

	private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

	private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

	private static final int FIELDS = 5;

	private static final int MAX_PORT = 65535;

	private LineHeader() {
	}

	static ProxyHeader parse(byte[] whole, InetSocketAddress via) throws InvalidHeaderException {
		String line = new String(whole, StandardCharsets.ISO_8859_1);
		if (!line.endsWith("\r\n")) {
			throw new InvalidHeaderException("its line ends with LF alone");
		}
		String rest = line.substring(START.length, line.length() - 2);
		if (rest.equals(UNKNOWN) || rest.startsWith(UNKNOWN + " ")) {
			return new ProxyHeader(1, via, null, null, List.of());
		}
		String[] fields = rest.split(" ", -1);
		Pattern form = switch (fields[0]) {
			case "TCP4" -> IPV4;
			case "TCP6" -> IPV6;
			default -> throw new InvalidHeaderException("its protocol is none of TCP4, TCP6 and UNKNOWN");
		};
		if (fields.length != FIELDS) {
			throw new InvalidHeaderException("it has " + fields.length + " fields after PROXY instead of " + FIELDS);
		}
		return new ProxyHeader(1, via,
				new InetSocketAddress(address("source", form, fields[1]), port("source", fields[3])),
				new InetSocketAddress(address("destination", form, fields[2]), port("destination", fields[4])),
				List.of());
	}

	private static InetAddress address(String which, Pattern form, String text) throws InvalidHeaderException {
		if (form.matcher(text).matches()) {
			try {
				return InetAddress.ofLiteral(text);
			}
			catch (IllegalArgumentException ex) {
				// The same message as below.
			}
		}
		throw new InvalidHeaderException("its " + which + " is no address of its protocol");
	}

	private static int port(String which, String text) throws InvalidHeaderException {
		int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : MAX_PORT + 1;
		if (port > MAX_PORT) {
			throw new InvalidHeaderException("its " + which + " port is no number from 0 to " + MAX_PORT);
		}
		return port;
	}

	/**
	 * Writes a header.
	 * @param ends the addresses, of one family
	 * @return its bytes
	 */
	static byte[] of(Ends ends) {
		boolean six = ends.source().getAddress() instanceof Inet6Address;
		return "PROXY %s %s %s %d %d\r\n".formatted(six ? "TCP6" : "TCP4", ends.source().getAddress().getHostAddress(),
				ends.destination().getAddress().getHostAddress(), ends.source().getPort(), ends.destination().getPort())
			.getBytes(StandardCharsets.US_ASCII);
	}

}
