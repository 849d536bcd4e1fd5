package io.framegate.connection;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * Writes addresses the way people type them.
 */
public final class Addresses {

	private Addresses() {
	}

	/**
	 * Address and port.
	 * @param address the address, or {@code null}
	 * @return {@code 192.0.2.1:7001} or {@code [2001:db8::1]:7001}; empty for
	 * {@code null}
	 */
	public static String text(@Nullable InetSocketAddress address) {
		if (address == null) {
			return "";
		}
		if (address.isUnresolved()) {
			return address.getHostString() + ":" + address.getPort();
		}
		String host = address.getAddress().getHostAddress();
		return ((address.getAddress() instanceof Inet6Address) ? "[" + host + "]" : host) + ":" + address.getPort();
	}

}
