package io.framegate.tap;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The packets that a connection's frames might have come in: IP version 4 or 6, and TCP
 * with its sequence numbers. One thread.
 */
final class TcpFlow {

	private static final int TCP = 20;

	private static final int PROTOCOL = 6;

	/** The most that fits a packet with the longer of the two headers. */
	private static final int MAX_PAYLOAD = 65_535 - 40 - TCP;

	/** A frame longer than so many packets leaves a gap. */
	private static final int MAX_PACKETS = 64;

	private static final int SYN = 2;

	private static final int ACK = 16;

	private static final int PUSH = 8;

	private final InetSocketAddress peer;

	private final InetSocketAddress local;

	/** Whether the gateway has opened the connection. */
	private final boolean opened;

	private final boolean four;

	private int fromPeer;

	private int fromLocal;

	/**
	 * A connection.
	 * @param peer the peer's address
	 * @param local the gateway's address
	 * @param opened whether the gateway has opened it
	 */
	TcpFlow(InetSocketAddress peer, InetSocketAddress local, boolean opened) {
		this.peer = peer;
		this.local = local;
		this.opened = opened;
		this.four = peer.getAddress() instanceof Inet4Address && local.getAddress() instanceof Inet4Address;
	}

	List<Segment> handshake() {
		boolean first = !this.opened;
		List<Segment> segments = new ArrayList<>();
		segments.add(segment(first, SYN, new byte[0], 0));
		advance(first, 1);
		segments.add(segment(!first, SYN | ACK, new byte[0], 0));
		advance(!first, 1);
		segments.add(segment(first, ACK, new byte[0], 0));
		return segments;
	}

	/**
	 * The packets of a frame.
	 * @param in whether it came from the peer
	 * @param bytes its first bytes
	 * @param length how many it has
	 * @return at least one packet; those without any known byte have headers only
	 */
	List<Segment> frame(boolean in, byte[] bytes, int length) {
		List<Segment> segments = new ArrayList<>();
		int at = 0;
		do {
			int size = Math.min(length - at, MAX_PAYLOAD);
			byte[] known = (at < bytes.length) ? Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))
					: new byte[0];
			segments.add(segment(in, (at + size == length) ? ACK | PUSH : ACK, known, size));
			advance(in, size);
			at += size;
		}
		while (at < length && segments.size() < MAX_PACKETS);
		advance(in, length - at);
		return segments;
	}

	private void advance(boolean in, int bytes) {
		if (in) {
			this.fromPeer += bytes;
		}
		else {
			this.fromLocal += bytes;
		}
	}

	private Segment segment(boolean in, int flags, byte[] payload, int length) {
		InetSocketAddress source = in ? this.peer : this.local;
		InetSocketAddress target = in ? this.local : this.peer;
		int ip = this.four ? 20 : 40;
		ByteBuffer packet = ByteBuffer.allocate(ip + TCP + payload.length);
		if (this.four) {
			packet.put((byte) 0x45).put((byte) 0).putShort((short) (ip + TCP + length)).putInt(0x4000);
			packet.put((byte) 64).put((byte) PROTOCOL).putShort((short) 0);
		}
		else {
			packet.putInt(0x60000000).putShort((short) (TCP + length)).put((byte) PROTOCOL).put((byte) 64);
		}
		packet.put(address(source.getAddress())).put(address(target.getAddress()));
		if (this.four) {
			packet.putShort(10, checksum(packet, 0, ip, 0));
		}
		packet.putShort((short) source.getPort()).putShort((short) target.getPort());
		packet.putInt(in ? this.fromPeer : this.fromLocal);
		packet.putInt(((flags & ACK) != 0) ? (in ? this.fromLocal : this.fromPeer) : 0);
		packet.put((byte) (TCP / 4 << 4)).put((byte) flags).putShort((short) 65_535).putInt(0).put(payload);
		if (payload.length == length) {
			int addresses = this.four ? 8 : 32;
			long pseudo = sum(packet, ip - addresses, addresses) + PROTOCOL + TCP + length;
			packet.putShort(ip + 16, checksum(packet, ip, TCP + length, pseudo));
		}
		return new Segment(packet.array(), ip + TCP + length);
	}

	private byte[] address(InetAddress address) {
		byte[] bytes = address.getAddress();
		if (this.four || bytes.length == 16) {
			return bytes;
		}
		return ByteBuffer.allocate(16).putLong(0).putInt(0xFFFF).put(bytes).array();
	}

	private static long sum(ByteBuffer bytes, int from, int length) {
		long sum = 0;
		for (int i = 0; i < length; i++) {
			int octet = bytes.get(from + i) & 0xFF;
			sum += (i % 2 == 0) ? octet << 8 : octet;
		}
		return sum;
	}

	private static short checksum(ByteBuffer bytes, int from, int length, long before) {
		long sum = before + sum(bytes, from, length);
		while (sum > 0xFFFF) {
			sum = (sum & 0xFFFF) + (sum >>> 16);
		}
		return (short) ~sum;
	}

	/**
	 * A packet.
	 *
	 * @param bytes what is known of it
	 * @param length its length
	 */
	record Segment(byte[] bytes, int length) {

	}

}
