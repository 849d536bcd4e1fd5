package io.framegate.tap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads a capture file strictly: every length, checksum and sequence number must be
 * right.
 */
public final class Capture {

	private final List<String> payloads = new ArrayList<>();

	private final List<Integer> lengths = new ArrayList<>();

	private final Map<String, Integer> next = new HashMap<>();

	private long lost = -1;

	private Capture() {
	}

	public static Capture read(byte[] file) {
		Capture capture = new Capture();
		ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.BIG_ENDIAN);
		List<Integer> types = new ArrayList<>();
		while (in.hasRemaining()) {
			int type = in.getInt();
			int length = in.getInt();
			assertThat(length % 4).isZero();
			ByteBuffer body = in.slice(in.position(), length - 12);
			in.position(in.position() + length - 12);
			assertThat(in.getInt()).isEqualTo(length);
			types.add(type);
			switch (type) {
				case 0x0A0D0D0A -> {
					assertThat(body.getInt()).isEqualTo(0x1A2B3C4D);
					assertThat(body.getShort()).isEqualTo((short) 1);
				}
				case 1 -> assertThat(body.getShort()).isEqualTo((short) 101);
				case 5 -> capture.lost = body.getLong(12 + 12 + 4);
				case 6 -> capture.packet(body);
				default -> throw new AssertionError("block " + type);
			}
		}
		assertThat(types.subList(0, 2)).containsExactly(0x0A0D0D0A, 1);
		return capture;
	}

	private void packet(ByteBuffer block) {
		assertThat(block.getInt()).isZero();
		long nanos = block.getLong();
		assertThat(nanos).isGreaterThan(1_700_000_000_000_000_000L);
		int captured = block.getInt();
		int original = block.getInt();
		assertThat(captured).isBetween(40, original);
		assertThat(block.remaining()).isEqualTo((captured + 3) & ~3);
		ByteBuffer packet = block.slice(block.position(), captured);
		int version = packet.get(0) >> 4 & 0xF;
		int ip = (version == 4) ? 20 : 40;
		assertThat(packet.get((version == 4) ? 9 : 6)).isEqualTo((byte) 6);
		int total = (version == 4) ? packet.getShort(2) & 0xFFFF : 40 + (packet.getShort(4) & 0xFFFF);
		assertThat(total).isEqualTo(original);
		if (version == 4) {
			assertThat(sum(packet, 0, 20)).isEqualTo(0xFFFF);
		}
		int addresses = (version == 4) ? 8 : 32;
		if (captured == original) {
			long pseudo = raw(packet, ip - addresses, addresses) + 6 + (total - ip);
			assertThat(fold(pseudo + raw(packet, ip, total - ip))).isEqualTo(0xFFFF);
		}
		assertThat(packet.get(ip + 12)).isEqualTo((byte) 0x50);
		byte[] ends = new byte[addresses + 4];
		packet.get(ip - addresses, ends, 0, addresses);
		packet.get(ip, ends, addresses, 4);
		String from = hex(ends);
		int flags = packet.get(ip + 13);
		int sequence = packet.getInt(ip + 4);
		if (this.next.containsKey(from)) {
			assertThat(sequence).isEqualTo(this.next.get(from));
		}
		int length = total - ip - 20;
		this.next.put(from, sequence + length + (((flags & 2) != 0) ? 1 : 0));
		if (length > 0) {
			byte[] payload = new byte[captured - ip - 20];
			packet.get(ip + 20, payload);
			this.payloads.add(new String(payload, StandardCharsets.ISO_8859_1));
			this.lengths.add(length);
		}
	}

	private static String hex(byte[] bytes) {
		return java.util.HexFormat.of().formatHex(bytes);
	}

	private static long raw(ByteBuffer bytes, int from, int length) {
		long sum = 0;
		for (int i = 0; i < length; i++) {
			int octet = bytes.get(from + i) & 0xFF;
			sum += (i % 2 == 0) ? octet << 8 : octet;
		}
		return sum;
	}

	private static int sum(ByteBuffer bytes, int from, int length) {
		return fold(raw(bytes, from, length));
	}

	private static int fold(long sum) {
		long folded = sum;
		while (folded > 0xFFFF) {
			folded = (folded & 0xFFFF) + (folded >>> 16);
		}
		return (int) folded;
	}

	public List<String> payloads() {
		return this.payloads;
	}

	public List<Integer> lengths() {
		return this.lengths;
	}

	public long lost() {
		return this.lost;
	}

}
