package io.framegate.framing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for every declared framing and any bytes at all: its cutter does as the
 * {@link ReferenceDecoder}, and what it writes is read as it was.
 */
final class DeclaredChecks {

	private DeclaredChecks() {
	}

	/**
	 * Checks a declaration drawn with a stream drawn.
	 * @return whether the declaration was valid
	 */
	static boolean check(RandomGenerator random) {
		Map<String, String> properties = new RandomDeclarations(random).draw();
		FramingDeclaration declaration = Declared.declaration(properties);
		if (!Framings.faults(declaration).isEmpty()) {
			return false;
		}
		Framing framing = Framings.of("mine", declaration);
		int limit = random.nextInt(1, 24);
		int wanted = random.nextInt(-1, 6);
		RandomStreams streams = new RandomStreams(random);
		byte[] wire = streams.draw(declaration);
		String situation = "%s, limit %d, wanted %d, wire %s".formatted(properties, limit, wanted, Wire.hex(wire));
		List<String> expected = new ReferenceDecoder(limit, wanted).decode(declaration, wire);
		int[] pieces = new int[8];
		for (int i = 0; i < pieces.length; i++) {
			pieces[i] = random.nextInt(1, 9);
		}
		assertThat(cut(framing, limit, wanted, wire, false, wire.length + 1)).as(situation).isEqualTo(expected);
		assertThat(cut(framing, limit, wanted, wire, false, 1)).as("bytewise " + situation).isEqualTo(expected);
		assertThat(cut(framing, limit, wanted, wire, true, wire.length + 1)).as("stopping " + situation)
			.isEqualTo(expected);
		assertThat(cut(framing, limit, wanted, wire, random.nextBoolean(), pieces))
			.as("in pieces %s %s", Arrays.toString(pieces), situation)
			.isEqualTo(expected);
		checkReadAgain(framing, situation, expected, wire);
		for (int i = 0; i < 3; i++) {
			checkWritten(declaration, framing, properties, streams.octets(random.nextInt(24)));
		}
		return true;
	}

	/**
	 * What was read may be written, and is read as it was; unless another delimiter is
	 * written than was read, or another shape would be read.
	 */
	private static void checkReadAgain(Framing framing, String situation, List<String> events, byte[] wire) {
		for (String event : events) {
			if (event.startsWith("frame ")) {
				byte[] payload = HexFormat.of().parseHex(event.substring(6));
				String refusal = framing.refusal(payload);
				if (refusal == null) {
					checkIdentity(framing, situation, payload);
				}
				else if (!situation.contains("starts-with")) {
					assertThat(refusal).as(situation).startsWith("payload ends with bytes that are part of");
					assertThat(situation).contains("delimiter[1]");
				}
			}
		}
	}

	private static void checkWritten(FramingDeclaration declaration, Framing framing, Map<String, String> properties,
			byte[] payload) {
		if (framing.refusal(payload) == null) {
			checkIdentity(framing, properties + ", payload " + Wire.hex(payload), payload);
			byte[] wire = written(framing, payload);
			assertThat(new ReferenceDecoder(Math.max(1, payload.length), -1).decode(declaration, wire))
				.as("%s, payload %s, wire %s", properties, Wire.hex(payload), Wire.hex(wire))
				.hasSize(2)
				.last()
				.isEqualTo("0");
		}
	}

	private static void checkIdentity(Framing framing, String situation, byte[] payload) {
		byte[] twice = Arrays.copyOf(written(framing, payload), 2 * written(framing, payload).length);
		System.arraycopy(twice, 0, twice, twice.length / 2, twice.length / 2);
		List<String> events = cut(framing, Math.max(1, payload.length), -1, twice, false, twice.length);
		assertThat(events).as("written %s: %s", Wire.hex(payload), situation).hasSize(3).last().isEqualTo("0");
		assertThat(events.getFirst()).as("written %s: %s", Wire.hex(payload), situation)
			.isEqualTo(events.get(1))
			.satisfiesAnyOf((event) -> assertThat(event).isEqualTo("frame " + Wire.hex(payload)),
					(event) -> assertThat(payload.length == 0 && !event.startsWith("frame")).isTrue());
	}

	private static byte[] written(Framing framing, byte[] payload) {
		byte[] body = framing.body(payload);
		byte[] target = new byte[framing.overhead() + body.length + 7];
		int at = 3 + framing.prefix(payload, target, 3);
		System.arraycopy(body, 0, target, at, body.length);
		at += body.length;
		at += framing.suffix(payload, target, at);
		assertThat(at - 3).isLessThanOrEqualTo(framing.overhead() + body.length);
		return Arrays.copyOfRange(target, 3, at);
	}

	/** Cuts in pieces of these lengths, in turn. */
	static List<String> cut(Framing framing, int limit, int wanted, byte[] wire, boolean stopping, int... pieces) {
		FrameCutter cutter = framing.cutter(limit);
		Events events = new Events(wanted, stopping);
		try {
			int from = 0;
			for (int i = 0; from < wire.length; i++) {
				int to = (int) Math.min(wire.length, (long) from + pieces[i % pieces.length]);
				feed(cutter, Arrays.copyOfRange(wire, from, to), events);
				assertThat(cutter.heldBytes()).isLessThanOrEqualTo(512 + 2 * Math.max(limit, 64));
				from = to;
			}
			events.all.add(String.valueOf(cutter.partialBytes()));
		}
		catch (FrameException ex) {
			events.all.add(ex.fault().name());
			assertThat(ex.getMessage()).endsWith("(mine)");
		}
		return events.all;
	}

	private static void feed(FrameCutter cutter, byte[] piece, Events events) throws FrameException {
		// Other bytes around: what is outside must not matter.
		byte[] input = new byte[piece.length + 8];
		Arrays.fill(input, (piece.length > 0) ? piece[0] : 0);
		System.arraycopy(piece, 0, input, 4, piece.length);
		int at = 4;
		do {
			int before = events.all.size();
			at = cutter.cut(input, at, 4 + piece.length, events);
			if (at < 4 + piece.length && events.all.size() != before + 1) {
				throw new IllegalStateException("Stopped after " + (events.all.size() - before) + " frames");
			}
		}
		while (at < 4 + piece.length);
		assertThat(at).isEqualTo(4 + piece.length);
	}

	/** Writes down what a cutter passes on. */
	private static final class Events implements FrameSink {

		private final List<String> all = new ArrayList<>();

		private final int wanted;

		private final boolean stopping;

		Events(int wanted, boolean stopping) {
			this.wanted = wanted;
			this.stopping = stopping;
		}

		private boolean add(String event, byte[] bytes) {
			this.all.add(event + " " + Wire.hex(bytes));
			return !this.stopping;
		}

		@Override
		public boolean frame(byte[] payload) {
			return add("frame", payload);
		}

		@Override
		public boolean empty(byte[] wire, boolean answer) {
			return add(answer ? "answer" : "empty", wire);
		}

		@Override
		public int wantedOfOversize() {
			return this.wanted;
		}

		@Override
		public boolean oversize(byte[] start, String fault) {
			return add("oversize", start);
		}

	}

}
