package io.framegate.framing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import org.springframework.core.serializer.Deserializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * Puts frames on a wire and takes them off in many ways.
 */
final class Wire {

	private Wire() {
	}

	static byte[] bytes(int... octets) {
		byte[] bytes = new byte[octets.length];
		for (int i = 0; i < octets.length; i++) {
			bytes[i] = (byte) octets[i];
		}
		return bytes;
	}

	static byte[] write(Framing framing, byte[]... payloads) {
		return write(framing, List.of(payloads));
	}

	static byte[] write(Framing framing, List<byte[]> payloads) {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		for (byte[] payload : payloads) {
			// An offset and room behind, so that writing elsewhere shows.
			byte[] body = framing.body(payload);
			byte[] target = new byte[framing.overhead() + body.length + 7];
			int length = 3 + framing.prefix(payload, target, 3);
			System.arraycopy(body, 0, target, length, body.length);
			length += body.length;
			length += framing.suffix(payload, target, length);
			wire.write(target, 3, length - 3);
		}
		return wire.toByteArray();
	}

	/** Cuts in pieces that end at these boundaries. */
	static Outcome cut(Framing framing, int limit, byte[] wire, int... boundaries) {
		return cut(framing, limit, wire, false, boundaries);
	}

	/** Cuts byte by byte. */
	static Outcome cutBytewise(Framing framing, int limit, byte[] wire) {
		int[] boundaries = new int[wire.length];
		for (int i = 0; i < boundaries.length; i++) {
			boundaries[i] = i;
		}
		return cut(framing, limit, wire, false, boundaries);
	}

	/** Cuts with a sink that asks to stop after each frame. */
	static Outcome cutStopping(Framing framing, int limit, byte[] wire, int... boundaries) {
		return cut(framing, limit, wire, true, boundaries);
	}

	/** Cuts in pieces of random lengths. */
	static Outcome cutRandomly(Framing framing, int limit, byte[] wire, Random random) {
		List<Integer> boundaries = new ArrayList<>();
		for (int at = random.nextInt(1, 9); at < wire.length; at += random.nextInt(1, 9)) {
			boundaries.add(at);
		}
		return cut(framing, limit, wire, false, boundaries.stream().mapToInt(Integer::intValue).toArray());
	}

	private static Outcome cut(Framing framing, int limit, byte[] wire, boolean stopping, int... boundaries) {
		FrameCutter cutter = framing.cutter(limit);
		List<String> frames = new ArrayList<>();
		int most = 0;
		int from = 0;
		try {
			for (int i = 0; i <= boundaries.length; i++) {
				int to = (i < boundaries.length) ? boundaries[i] : wire.length;
				feed(cutter, wire, from, to, frames, stopping);
				most = Math.max(most, cutter.partialBytes());
				from = to;
			}
			return new Outcome(frames, null, cutter.partialBytes(), most);
		}
		catch (FrameException ex) {
			return new Outcome(frames, ex.fault() + ": " + ex.getMessage(), 0, most);
		}
	}

	private static void feed(FrameCutter cutter, byte[] wire, int from, int to, List<String> frames, boolean stopping)
			throws FrameException {
		// An array of its own with other bytes around: what is outside must not matter.
		byte[] input = new byte[to - from + 16];
		new Random(from).nextBytes(input);
		System.arraycopy(wire, from, input, 5, to - from);
		int end = 5 + to - from;
		int at = 5;
		do {
			int before = frames.size();
			at = cutter.cut(input, at, end, (payload) -> {
				frames.add(hex(payload));
				return !stopping;
			});
			if (at < end && frames.size() != before + 1) {
				throw new IllegalStateException("Stopped after " + (frames.size() - before) + " frames");
			}
		}
		while (at < end);
		if (at != end) {
			throw new IllegalStateException("Took more than there was");
		}
	}

	/** Reads as Spring Integration does, until the stream ends or fails. */
	static StreamOutcome read(Deserializer<byte[]> deserializer, byte[] wire) {
		ByteArrayInputStream input = new ByteArrayInputStream(wire);
		List<String> frames = new ArrayList<>();
		try {
			while (true) {
				frames.add(hex(deserializer.deserialize(input)));
			}
		}
		catch (SoftEndOfStreamException ex) {
			return new StreamOutcome(frames, true, ex);
		}
		catch (IOException | RuntimeException ex) {
			return new StreamOutcome(frames, false, ex);
		}
	}

	static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

	static List<String> hex(List<byte[]> payloads) {
		return payloads.stream().map(Wire::hex).toList();
	}

	/**
	 * What became of the bytes.
	 *
	 * @param frames the payloads in hex
	 * @param fault what was wrong, or {@code null}
	 * @param partialBytes what was held at the end, 0 after a fault
	 * @param most the most that was held between two inputs
	 */
	record Outcome(List<String> frames, @Nullable String fault, int partialBytes, int most) {

		String summary() {
			return this.frames + ((this.fault != null) ? " " + this.fault : " and " + this.partialBytes);
		}

	}

	/**
	 * What a stream gave.
	 *
	 * @param frames the payloads in hex
	 * @param cleanEnd whether it ended between frames
	 * @param cause the exception that ended it
	 */
	record StreamOutcome(List<String> frames, boolean cleanEnd, Exception cause) {

		String summary() {
			return this.frames + ((this.cleanEnd) ? " end" : " fault");
		}

	}

}
