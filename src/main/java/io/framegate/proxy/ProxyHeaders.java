package io.framegate.proxy;

import java.net.InetSocketAddress;
import java.util.List;

import io.framegate.proxy.ProxyHeader.Tlv;

/**
 * Headers to send, as bytes. Addresses of two families are both written as IPv6.
 */
public final class ProxyHeaders {

	private ProxyHeaders() {
	}

	/**
	 * A header of version 1.
	 * @param source the client's address
	 * @param destination the address that it connected to
	 * @return its bytes
	 */
	public static byte[] line(InetSocketAddress source, InetSocketAddress destination) {
		return LineHeader.of(Ends.of(source, destination));
	}

	/**
	 * A header of version 2.
	 * @param source the client's address
	 * @param destination the address that it connected to
	 * @param tlvs the values after the addresses; a checksum among them is made anew
	 * @return its bytes
	 */
	public static byte[] binary(InetSocketAddress source, InetSocketAddress destination, List<Tlv> tlvs) {
		return BinaryHeader.of(Ends.of(source, destination), tlvs);
	}

	/**
	 * A header of version 2 by which the sender speaks for itself.
	 * @return its bytes
	 */
	public static byte[] local() {
		return BinaryHeader.of(null, List.of());
	}

}
