package io.framegate.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * The origin of a request.
 */
public final class Peer {

	/** With one of these headers, the request was forwarded by a proxy. */
	private static final Set<String> FORWARDED = Set.of("forwarded", "via", "x-real-ip", "x-client-ip",
			"x-cluster-client-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip");

	private static final String FORWARDED_PREFIX = "x-forwarded-";

	private static final int V6_NETWORK_BYTES = 8;

	private Peer() {
	}

	/**
	 * The peer's address.
	 * @param request the request
	 * @return an IP address without port
	 */
	public static String address(ServerHttpRequest request) {
		InetSocketAddress remote = request.getRemoteAddress();
		if (remote == null) {
			return "unknown";
		}
		return remote.isUnresolved() ? OneLine.of(remote.getHostString()) : remote.getAddress().getHostAddress();
	}

	/**
	 * What counts as one peer: an IPv4 address, or an IPv6 network of 64 bits, because
	 * one machine may have all of its addresses.
	 * @param address as returned by {@link #address}
	 * @return the address, or the prefix of the network
	 */
	public static String network(String address) {
		try {
			byte[] bytes = InetAddress.ofLiteral(address).getAddress();
			if (bytes.length > V6_NETWORK_BYTES) {
				return java.util.HexFormat.of().formatHex(bytes, 0, V6_NETWORK_BYTES);
			}
		}
		catch (IllegalArgumentException ex) {
			// Not an address: it stands for itself.
		}
		return address;
	}

	/**
	 * Whether the request was made on this machine: peer and Host are loopback and no
	 * header shows a proxy. The Host matters because a page of any site can make a
	 * browser on this machine send requests to its own name, if that name resolves to
	 * this machine.
	 * @param request the request
	 */
	public static boolean isOnThisMachine(ServerHttpRequest request) {
		InetSocketAddress remote = request.getRemoteAddress();
		InetSocketAddress host = host(request);
		return request.getHeaders().headerNames().stream().noneMatch(Peer::tellsOfAProxy) && remote != null
				&& !remote.isUnresolved() && remote.getAddress().isLoopbackAddress() && host != null
				&& isLoopback(host.getHostString());
	}

	private static @Nullable InetSocketAddress host(ServerHttpRequest request) {
		try {
			return request.getHeaders().getHost();
		}
		catch (IllegalArgumentException ex) {
			// No valid port.
			return null;
		}
	}

	private static boolean tellsOfAProxy(String header) {
		String name = header.toLowerCase(Locale.ROOT);
		return name.startsWith(FORWARDED_PREFIX) || FORWARDED.contains(name);
	}

	private static boolean isLoopback(String host) {
		if (host.equalsIgnoreCase("localhost")) {
			return true;
		}
		try {
			return InetAddress.ofLiteral(host.replaceAll("^\\[|]$", "")).isLoopbackAddress();
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
