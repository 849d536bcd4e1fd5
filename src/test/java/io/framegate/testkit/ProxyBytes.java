package io.framegate.testkit;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * PROXY headers of version 2, put together by hand.
 */
public final class ProxyBytes {

	private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

	private static final int FIXED = 16;

	private ProxyBytes() {
	}

	/**
	 * A header of any kind.
	 * @param command version and command, 0x20 or 0x21
	 * @param family address family and transport, such as 0x11
	 * @param rest what follows the length
	 * @return the header
	 */
	public static byte[] header(int command, int family, byte[]... rest) {
		byte[] after = concat(rest);
		return announcing(after.length, command, family, after);
	}

	/**
	 * A header whose length is not true.
	 * @param length the length that it announces
	 * @param command version and command
	 * @param family address family and transport
	 * @param rest what follows the length
	 * @return the header
	 */
	public static byte[] announcing(int length, int command, int family, byte[]... rest) {
		return concat(SIGNATURE,
				new byte[] { (byte) command, (byte) family, (byte) (length >> Byte.SIZE), (byte) length },
				concat(rest));
	}

	/**
	 * The header of a client that uses TCP.
	 * @param source its address
	 * @param sourcePort its port
	 * @param destination the address that it connected to, of the same family
	 * @param destinationPort the port
	 * @param tlvs further values
	 * @return the header
	 */
	public static byte[] tcp(String source, int sourcePort, String destination, int destinationPort, byte[]... tlvs) {
		byte[] from = InetAddress.ofLiteral(source).getAddress();
		byte[] to = InetAddress.ofLiteral(destination).getAddress();
		return header(0x21, (from.length == 4) ? 0x11 : 0x21, from, to,
				ByteBuffer.allocate(4).putShort((short) sourcePort).putShort((short) destinationPort).array(),
				concat(tlvs));
	}

	/**
	 * The header by which a proxy speaks for itself.
	 * @param rest what follows the length
	 * @return the header
	 */
	public static byte[] local(byte[]... rest) {
		return header(0x20, 0, rest);
	}

	public static byte[] tlv(int type, byte[]... value) {
		byte[] whole = concat(value);
		return concat(new byte[] { (byte) type, (byte) (whole.length >> Byte.SIZE), (byte) whole.length }, whole);
	}

	public static byte[] tlv(int type, String value) {
		return tlv(type, value.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Adds a checksum as the last value.
	 * @param header a header
	 * @return the longer header
	 */
	public static byte[] checked(byte[] header) {
		byte[] longer = concat(header, tlv(0x03, new byte[4]));
		ByteBuffer.wrap(longer).putShort(FIXED - 2, (short) (longer.length - FIXED));
		CRC32C crc = new CRC32C();
		crc.update(longer);
		ByteBuffer.wrap(longer).putInt(longer.length - 4, (int) crc.getValue());
		return longer;
	}

	public static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

}
