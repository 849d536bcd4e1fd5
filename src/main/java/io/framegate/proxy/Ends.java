package io.framegate.proxy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The two ends of a connection, in one address family.
 *
 * @param source the client's address
 * @param destination the address that it connected to
 */
record Ends(InetSocketAddress source, InetSocketAddress destination) {

	private static final int MAPPED_PREFIX = 10;

	/**
	 * Two addresses, written as IPv4 if both are, and else as IPv6.
	 * @param source the client's address
	 * @param destination the address that it connected to
	 * @return the ends
	 */
	static Ends of(InetSocketAddress source, InetSocketAddress destination) {
		InetAddress from = plain(source.getAddress());
		InetAddress to = plain(destination.getAddress());
		if (from.getClass() != to.getClass()) {
			from = six(from);
			to = six(to);
		}
		return new Ends(new InetSocketAddress(from, source.getPort()),
				new InetSocketAddress(to, destination.getPort()));
	}

	/**
	 * Without a zone; as IPv4 what Netty has left in IPv6 notation.
	 */
	private static InetAddress plain(InetAddress address) {
		try {
			return InetAddress.getByAddress(address.getAddress());
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static InetAddress six(InetAddress address) {
		if (!(address instanceof Inet4Address)) {
			return address;
		}
		byte[] mapped = new byte[16];
		mapped[MAPPED_PREFIX] = (byte) 0xFF;
		mapped[MAPPED_PREFIX + 1] = (byte) 0xFF;
		System.arraycopy(address.getAddress(), 0, mapped, MAPPED_PREFIX + 2, 4);
		try {
			return Inet6Address.getByAddress(null, mapped, -1);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
