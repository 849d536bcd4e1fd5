package io.framegate.proxy;

import java.net.InetSocketAddress;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A PROXY protocol header. See HAProxy's specification of it, versions 1 and 2.
 *
 * @param version 1 or 2
 * @param via the proxy's own address
 * @param source the client's address, or {@code null} if the proxy speaks for itself
 * (LOCAL, UNKNOWN) or names a client that does not use TCP over IP
 * @param destination the address that the client connected to, or {@code null}
 * @param tlvs the values after the addresses, in their order, without padding; version 2
 * only
 */
public record ProxyHeader(int version, InetSocketAddress via, @Nullable InetSocketAddress source,
		@Nullable InetSocketAddress destination, List<Tlv> tlvs) {

	public ProxyHeader {
		tlvs = List.copyOf(tlvs);
	}

	/**
	 * A type-length-value of a header.
	 *
	 * @param type its type, 0 to 255
	 * @param value its bytes
	 */
	public record Tlv(int type, byte[] value) {

	}

}
