package io.framegate.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.netty.util.NetUtil;
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
		String host = text(address.getAddress());
		return ((address.getAddress() instanceof Inet6Address) ? "[" + host + "]" : host) + ":" + address.getPort();
	}

	/**
	 * An address alone; an IPv6 one as in RFC 5952.
	 * @param address the address
	 * @return {@code 192.0.2.1}, {@code 2001:db8::1} or {@code fe80::1%eth0}
	 */
	public static String text(InetAddress address) {
		if (!(address instanceof Inet6Address inet6)) {
			return address.getHostAddress();
		}
		String full = inet6.getHostAddress();
		int scope = full.indexOf('%');
		// Netty says 0 of accepted sockets where there is none.
		boolean none = scope < 0 || full.endsWith("%0");
		return NetUtil.toAddressString(inet6) + (none ? "" : full.substring(scope));
	}

}
