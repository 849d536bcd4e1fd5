package io.framegate.tap;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import io.framegate.closure.Side;

/**
 * Frames as a capture file (pcapng), as Wireshark and tcpdump read it. Each frame's
 * payload is a TCP segment of its own, without what its framing puts around it; a
 * connection begins with a handshake. All of that is made up. One thread.
 */
public final class PcapngWriter implements TapWriter {

	private static final int SECTION = 0x0A0D0D0A;

	private static final int INTERFACE = 1;

	private static final int STATISTICS = 5;

	private static final int PACKET = 6;

	private static final int BYTE_ORDER = 0x1A2B3C4D;

	/** Packets begin with the header of IP, version 4 or 6. */
	private static final short RAW = 101;

	private static final byte NANOSECONDS = 9;

	private static final int SNAPPED = 65_535;

	private static final byte[] NOTHING = {};

	private final Map<String, TcpFlow> flows = new HashMap<>();

	/** The blocks that describe the file. */
	@Override
	public byte[] begin() {
		byte[] name = "Framegate".getBytes(StandardCharsets.US_ASCII);
		ByteBuffer section = ByteBuffer.allocate(16 + 4 + padded(name.length) + 4);
		section.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
		option(section, 4, name);
		section.putInt(0);
		ByteBuffer description = ByteBuffer.allocate(8 + 8 + 4);
		description.putShort(RAW).putShort((short) 0).putInt(SNAPPED);
		option(description, 9, new byte[] { NANOSECONDS });
		description.putInt(0);
		return joined(block(SECTION, section), block(INTERFACE, description));
	}

	@Override
	public byte[] write(TapEvent event) {
		return switch (event) {
			case TapEvent.Frame(TappedFrame frame) -> frame(frame);
			case TapEvent.End end -> end(end);
			case TapEvent.Lost _, TapEvent.Quiet _ -> NOTHING;
		};
	}

	/** How many frames were lost, as the statistics of the interface. */
	private static byte[] end(TapEvent.End end) {
		ByteBuffer body = ByteBuffer.allocate(12 + 12 + 12 + 4);
		body.putInt(0);
		time(body, Instant.now());
		option(body, 4, ByteBuffer.allocate(8).putLong(end.frames() + end.lost()).array());
		option(body, 5, ByteBuffer.allocate(8).putLong(end.lost()).array());
		body.putInt(0);
		return block(STATISTICS, body);
	}

	private byte[] frame(TappedFrame frame) {
		byte[] blocks = NOTHING;
		TcpFlow flow = this.flows.get(frame.connection());
		if (flow == null) {
			flow = flow(frame);
			this.flows.put(frame.connection(), flow);
			for (TcpFlow.Segment segment : flow.handshake()) {
				blocks = joined(blocks, packet(frame.time(), segment));
			}
		}
		for (TcpFlow.Segment segment : flow.frame(frame.in(), frame.bytes(), frame.length())) {
			blocks = joined(blocks, packet(frame.time(), segment));
		}
		return blocks;
	}

	private static TcpFlow flow(TappedFrame frame) {
		InetSocketAddress local = frame.local();
		boolean opened = frame.side() == Side.UPSTREAM;
		return new TcpFlow(known(frame.peer()), (local != null) ? known(local) : known(frame.peer()), opened);
	}

	private static InetSocketAddress known(InetSocketAddress address) {
		return address.isUnresolved() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
				: address;
	}

	private static byte[] packet(Instant time, TcpFlow.Segment segment) {
		ByteBuffer body = ByteBuffer.allocate(20 + padded(segment.bytes().length));
		body.putInt(0);
		time(body, time);
		body.putInt(segment.bytes().length).putInt(segment.length()).put(segment.bytes());
		return block(PACKET, body);
	}

	private static void time(ByteBuffer to, Instant time) {
		long nanos = time.getEpochSecond() * 1_000_000_000 + time.getNano();
		to.putInt((int) (nanos >>> 32)).putInt((int) nanos);
	}

	private static void option(ByteBuffer to, int code, byte[] value) {
		to.putShort((short) code).putShort((short) value.length).put(value);
		to.position(to.position() + padded(value.length) - value.length);
	}

	private static byte[] block(int type, ByteBuffer body) {
		int length = 12 + body.capacity();
		return ByteBuffer.allocate(length).putInt(type).putInt(length).put(body.array()).putInt(length).array();
	}

	private static int padded(int length) {
		return (length + 3) & ~3;
	}

	private static byte[] joined(byte[] one, byte[] other) {
		return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
	}

}
