package io.framegate.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Where a request comes from.
 */
public final class Peer {

	/** With one of these, somebody else asks by way of this machine. */
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
	 * What is counted as one peer: an IPv4 address, or an IPv6 network of 64 bits, of
	 * which one machine may have every address.
	 * @param address as {@link #address} tells it
	 * @return the address, or the beginning that it shares
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
	 * Whether the request was made on this machine. Besides the peer's address, the host
	 * that was asked for must be this one: a page of any site can have a browser on this
	 * machine ask for its own name, once that name leads here.
	 * @param request the request
	 * @return whether peer and Host are loopback and no header tells of a proxy
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
			// A port that there is not.
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
