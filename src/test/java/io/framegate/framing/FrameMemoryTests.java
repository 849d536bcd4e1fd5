package io.framegate.framing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What cutting costs in memory.
 */
class FrameMemoryTests {

	@Test
	void anAnnouncedLengthAloneCostsNothing() throws FrameException {
		byte[] header = Wire.bytes(0x40, 0, 0, 0, 'a', 'b', 'c');
		FrameCutter cutter = new LengthFraming(4).cutter(Integer.MAX_VALUE);
		long allocated = Allocated.bytes(() -> cutter.cut(header, 0, header.length, (payload) -> true));
		assertThat(cutter.partialBytes()).isEqualTo(7);
		assertThat(allocated).isLessThan(64 * 1024);
	}

	@ParameterizedTest
	@ValueSource(strings = { "crlf", "lf", "mllp", "length4" })
	void memoryGrowsWithWhatArrives(String name) throws FrameException {
		Framing framing = Framings.named(name, false);
		byte[] wire = Wire.write(framing, letters(1 << 20));
		FrameCutter cutter = framing.cutter(Integer.MAX_VALUE);
		long allocated = Allocated.bytes(() -> {
			for (int at = 0; at < 300_000; at += 1000) {
				cutter.cut(wire, at, at + 1000, (payload) -> true);
			}
		});
		assertThat(cutter.partialBytes()).isEqualTo(300_000);
		// Twice what arrived, and the arrays given up on the way there.
		assertThat(allocated).isLessThan(4 * 300_000);
	}

	@Test
	void aFrameThatFillsItsArrayIsNotCopiedAgain() {
		int length = 1 << 20;
		byte[] wire = Wire.write(new LengthFraming(4), letters(length));
		FrameCutter cutter = new LengthFraming(4).cutter(length);
		List<byte[]> frames = new ArrayList<>(1);
		long allocated = Allocated.bytes(() -> {
			for (int at = 0; at < wire.length; at += 1 << 16) {
				cutter.cut(wire, at, Math.min(at + (1 << 16), wire.length), frames::add);
			}
		});
		assertThat(frames).hasSize(1);
		assertThat(allocated).isLessThan((long) (2.2 * length));
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void aWholeFrameCostsItsPayloadOnly(Variant variant) throws FrameException {
		List<byte[]> payloads = new ArrayList<>();
		for (int i = 0; i < 900; i++) {
			payloads.add(letters(64));
		}
		byte[] wire = Wire.write(variant.framing(), payloads);
		FrameCutter cutter = variant.framing().cutter(65536);
		FrameSink sink = (payload) -> payload.length == 64;
		long allocated = Long.MAX_VALUE;
		// The JVM itself allocates here now and then, as when it links what runs first.
		for (int i = 0; i < 5; i++) {
			allocated = Math.min(allocated, Allocated.bytes(() -> cutter.cut(wire, 0, wire.length, sink)));
		}
		// 64 bytes and an array's header each, and little else altogether.
		assertThat(allocated).isLessThan(900 * (64 + 16) + 4096);
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void writingAFrameCostsNothing(Variant variant) {
		Framing framing = variant.framing();
		byte[] payload = letters(64);
		byte[] target = new byte[64 + framing.overhead()];
		long allocated = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			allocated = Math.min(allocated, Allocated.bytes(() -> {
				for (int frame = 0; frame < 900; frame++) {
					write(framing, payload, target);
				}
			}));
		}
		assertThat(allocated).isLessThan(4096);
		assertThat(target).isEqualTo(Wire.write(framing, payload));
	}

	/** As a connection does. */
	private static void write(Framing framing, byte[] payload, byte[] target) {
		if (framing.refusal(payload) != null) {
			throw new IllegalStateException("not encodable");
		}
		Framing writing = framing.writing(payload);
		int length = writing.prefix(payload, target, 0);
		byte[] body = writing.body(payload);
		System.arraycopy(body, 0, target, length, body.length);
		writing.suffix(payload, target, length + body.length);
	}

	@ParameterizedTest
	@ValueSource(strings = { "crlf", "length4" })
	void aPayloadIsTheSinksOwn(String name) throws FrameException {
		Framing framing = Framings.named(name, false);
		byte[] wire = Wire.write(framing, "one".getBytes(), "two".getBytes());
		List<byte[]> frames = new ArrayList<>();
		FrameCutter cutter = framing.cutter(3);
		for (int at = 0; at < wire.length; at++) {
			cutter.cut(wire, at, at + 1, frames::add);
		}
		Arrays.fill(wire, (byte) 0);
		assertThat(frames.get(0)).asString().isEqualTo("one");
		assertThat(frames.get(1)).asString().isEqualTo("two");
	}

	private static byte[] letters(int length) {
		byte[] payload = new byte[length];
		Arrays.fill(payload, (byte) 'x');
		return payload;
	}

}
