package io.framegate.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import io.framegate.proxy.ProxyHeader.Tlv;
import org.jspecify.annotations.Nullable;

/**
 * Version 2: sixteen fixed bytes, addresses, and values with a type and a length.
 */
final class BinaryHeader {

	static final byte[] SIGNATURE = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

	/** Signature, version and command, family and transport, length. */
	static final int FIXED = 16;

	private static final int VERSION_AND_COMMAND = 12;

	private static final int FAMILY_AND_TRANSPORT = 13;

	private static final int LENGTH = 14;

	private static final int VERSION = 2;

	private static final int LOCAL = 0;

	private static final int PROXY = 1;

	private static final int STREAM = 1;

	private static final int DATAGRAM = 2;

	private static final int INET = 1;

	private static final int INET6 = 2;

	/** How many bytes the addresses of a family take: none, IPv4, IPv6, Unix. */
	private static final int[] ADDRESS_BYTES = { 0, 12, 36, 216 };

	private static final int TLV_HEAD = 3;

	private static final int MAX_AUTHORITY = 255;

	private static final int MAX_UNIQUE_ID = 128;

	/** A value of no bytes takes many times as much memory as in the header. */
	private static final int MAX_TLVS = 128;

	private BinaryHeader() {
	}

	// Reading

	/**
	 * Checks the fixed bytes.
	 * @param header begins with them
	 * @throws InvalidHeaderException if a value is not allowed, or the length is too
	 * short for the addresses
	 */
	static void check(byte[] header) throws InvalidHeaderException {
		int version = (header[VERSION_AND_COMMAND] & 0xFF) >> 4;
		if (version != VERSION) {
			throw new InvalidHeaderException("its version is " + version + " instead of " + VERSION);
		}
		int command = header[VERSION_AND_COMMAND] & 0x0F;
		if (command != LOCAL && command != PROXY) {
			throw new InvalidHeaderException("its command is " + command + " instead of LOCAL (0) or PROXY (1)");
		}
		if (command == PROXY) {
			int family = family(header);
			if (family >= ADDRESS_BYTES.length) {
				throw new InvalidHeaderException("its address family is " + family + ": 0 to 3 are known");
			}
			if (transport(header) > DATAGRAM) {
				throw new InvalidHeaderException("its transport is " + transport(header) + ": 0 to 2 are known");
			}
			int length = ByteBuffer.wrap(header).getShort(LENGTH) & 0xFFFF;
			if (length < ADDRESS_BYTES[family]) {
				throw new InvalidHeaderException(
						"its " + length + " bytes are too few for its addresses, which take " + ADDRESS_BYTES[family]);
			}
		}
	}

	private static int family(byte[] header) {
		return (header[FAMILY_AND_TRANSPORT] & 0xFF) >> 4;
	}

	private static int transport(byte[] header) {
		return header[FAMILY_AND_TRANSPORT] & 0x0F;
	}

	static ProxyHeader parse(byte[] whole, InetSocketAddress via) throws InvalidHeaderException {
		if ((whole[VERSION_AND_COMMAND] & 0x0F) == LOCAL) {
			return new ProxyHeader(VERSION, via, null, null, ofLocal(whole));
		}
		ByteBuffer rest = ByteBuffer.wrap(whole).position(FIXED);
		int family = family(whole);
		InetSocketAddress source = null;
		InetSocketAddress destination = null;
		if (transport(whole) == STREAM && (family == INET || family == INET6)) {
			InetAddress from = address(rest, family);
			InetAddress to = address(rest, family);
			source = new InetSocketAddress(from, rest.getShort() & 0xFFFF);
			destination = new InetSocketAddress(to, rest.getShort() & 0xFFFF);
		}
		rest.position(FIXED + ADDRESS_BYTES[family]);
		return new ProxyHeader(VERSION, via, source, destination, tlvs(whole, rest));
	}

	/**
	 * The values of a header by which the proxy speaks for itself. Such a header may hold
	 * anything, but if it has a checksum, that must be right.
	 */
	private static List<Tlv> ofLocal(byte[] whole) throws InvalidHeaderException {
		int family = family(whole);
		int addresses = (family < ADDRESS_BYTES.length) ? ADDRESS_BYTES[family] : whole.length;
		ByteBuffer rest = ByteBuffer.wrap(whole).position(Math.min(whole.length, FIXED + addresses));
		return isWellFormed(rest.slice()) ? tlvs(whole, rest) : List.of();
	}

	private static InetAddress address(ByteBuffer from, int family) {
		byte[] bytes = new byte[(family == INET) ? 4 : 16];
		from.get(bytes);
		try {
			return InetAddress.getByAddress(bytes);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<Tlv> tlvs(byte[] whole, ByteBuffer rest) throws InvalidHeaderException {
		List<Tlv> tlvs = new ArrayList<>();
		while (rest.hasRemaining()) {
			if (!isWhole(rest)) {
				throw new InvalidHeaderException("its last value is longer than the header");
			}
			Tlv tlv = next(rest);
			byte[] value = tlv.value();
			check(tlv.type(), value);
			if (tlv.type() == TlvType.CRC32C
					&& ByteBuffer.wrap(value).getInt() != checksum(whole, rest.position() - value.length)) {
				throw new InvalidHeaderException("its checksum (CRC32C) is wrong");
			}
			if (tlv.type() != TlvType.NOOP) {
				if (tlvs.size() == MAX_TLVS) {
					throw new InvalidHeaderException("it has more than " + MAX_TLVS + " values");
				}
				tlvs.add(tlv);
			}
		}
		return tlvs;
	}

	/** Takes the next value, which is whole. */
	private static Tlv next(ByteBuffer rest) {
		int type = rest.get() & 0xFF;
		byte[] value = new byte[rest.getShort() & 0xFFFF];
		rest.get(value);
		return new Tlv(type, value);
	}

	private static boolean isWhole(ByteBuffer tlv) {
		return tlv.remaining() >= TLV_HEAD && tlv.remaining() - TLV_HEAD >= (tlv.getShort(tlv.position() + 1) & 0xFFFF);
	}

	private static void check(int type, byte[] value) throws InvalidHeaderException {
		boolean fits = switch (type) {
			case TlvType.CRC32C -> value.length == Integer.BYTES;
			case TlvType.AUTHORITY -> value.length <= MAX_AUTHORITY;
			case TlvType.UNIQUE_ID -> value.length <= MAX_UNIQUE_ID;
			case TlvType.SSL -> value.length >= TlvType.SSL_BYTES && isWellFormed(
					ByteBuffer.wrap(value, TlvType.SSL_BYTES, value.length - TlvType.SSL_BYTES).slice());
			default -> true;
		};
		if (!fits) {
			throw new InvalidHeaderException("its value of type 0x%02X is not well-formed".formatted(type));
		}
	}

	private static boolean isWellFormed(ByteBuffer tlvs) {
		int count = 0;
		while (tlvs.hasRemaining()) {
			if (!isWhole(tlvs) || ++count > MAX_TLVS) {
				return false;
			}
			tlvs.position(tlvs.position() + TLV_HEAD + (tlvs.getShort(tlvs.position() + 1) & 0xFFFF));
		}
		return true;
	}

	/**
	 * The values inside another.
	 * @param outer the bytes
	 * @param offset where the values begin
	 * @return the values, all of {@code outer} that are whole
	 */
	static List<Tlv> inside(byte[] outer, int offset) {
		List<Tlv> tlvs = new ArrayList<>();
		ByteBuffer rest = ByteBuffer.wrap(outer, offset, outer.length - offset).slice();
		while (isWhole(rest)) {
			tlvs.add(next(rest));
		}
		return tlvs;
	}

	/** The checksum of a header as if that at a position were 0. */
	private static int checksum(byte[] header, int at) {
		CRC32C crc = new CRC32C();
		crc.update(header, 0, at);
		crc.update(new byte[Integer.BYTES]);
		crc.update(header, at + Integer.BYTES, header.length - at - Integer.BYTES);
		return (int) crc.getValue();
	}

	// Writing

	/**
	 * Writes a header.
	 * @param ends the addresses, of one family; {@code null} for LOCAL
	 * @param tlvs the values; a checksum among them is made anew
	 * @return its bytes
	 */
	static byte[] of(@Nullable Ends ends, List<Tlv> tlvs) {
		int family = (ends == null) ? 0 : (ends.source().getAddress() instanceof Inet6Address) ? INET6 : INET;
		int length = ADDRESS_BYTES[family];
		for (Tlv tlv : tlvs) {
			length += TLV_HEAD + tlv.value().length;
		}
		ByteBuffer header = ByteBuffer.allocate(FIXED + length);
		header.put(SIGNATURE)
			.put((byte) (VERSION << 4 | ((ends != null) ? PROXY : LOCAL)))
			.put((byte) ((ends != null) ? family << 4 | STREAM : 0))
			.putShort((short) length);
		if (ends != null) {
			header.put(ends.source().getAddress().getAddress())
				.put(ends.destination().getAddress().getAddress())
				.putShort((short) ends.source().getPort())
				.putShort((short) ends.destination().getPort());
		}
		int checksum = -1;
		for (Tlv tlv : tlvs) {
			header.put((byte) tlv.type()).putShort((short) tlv.value().length);
			if (tlv.type() == TlvType.CRC32C) {
				checksum = header.position();
			}
			header.put(tlv.value());
		}
		byte[] bytes = header.array();
		if (checksum >= 0) {
			header.putInt(checksum, checksum(bytes, checksum));
		}
		return bytes;
	}

}
