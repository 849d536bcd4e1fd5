package io.framegate.framing;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import io.framegate.framing.FrameException.Fault;

/**
 * Tells by the first bytes of a frame which of several shapes it has: the first one whose
 * bytes they are. Immutable.
 */
final class ShapeChoice {

	/** More bytes are needed. */
	static final int OPEN = -1;

	/** No shape begins so. */
	static final int NONE = -2;

	/** Few bytes of a peer: they may be secret. */
	private static final int SHOWN = 2;

	private final String name;

	/** By shape and place, which bytes may stand there. */
	private final boolean[][][] allowed;

	private final List<String> texts = new ArrayList<>();

	private final int longest;

	ShapeChoice(String name, List<FramingDeclaration> shapes) {
		this.name = name;
		this.allowed = new boolean[shapes.size()][][];
		int most = 0;
		for (int shape = 0; shape < this.allowed.length; shape++) {
			BytePattern startsWith = shapes.get(shape).startsWith();
			this.allowed[shape] = (startsWith != null) ? startsWith.allowed() : new boolean[0][];
			most = Math.max(most, this.allowed[shape].length);
			if (startsWith != null) {
				this.texts.add(startsWith.text());
			}
		}
		this.longest = most;
	}

	/**
	 * How many bytes are always enough to tell.
	 */
	int longest() {
		return this.longest;
	}

	/**
	 * The shape of a frame that begins with bytes of two arrays.
	 * @param head holds the first bytes
	 * @param headLength how many there are
	 * @param bytes holds those that follow
	 * @param from index of the first
	 * @param to index after the last
	 * @return a shape, {@link #OPEN} or {@link #NONE}
	 */
	int choose(byte[] head, int headLength, byte[] bytes, int from, int to) {
		int known = headLength + to - from;
		for (int shape = 0; shape < this.allowed.length; shape++) {
			boolean[][] places = this.allowed[shape];
			int place = 0;
			while (place < places.length && place < known
					&& places[place][octet(head, headLength, bytes, from, place)]) {
				place++;
			}
			if (place == places.length) {
				return shape;
			}
			if (place == known) {
				return OPEN;
			}
		}
		return NONE;
	}

	private static int octet(byte[] head, int headLength, byte[] bytes, int from, int at) {
		return ((at < headLength) ? head[at] : bytes[from + at - headLength]) & 0xFF;
	}

	/**
	 * The fault of bytes that begin no shape.
	 * @param first the bytes
	 */
	FrameException fault(byte[] first) {
		int needed = 1;
		while (needed < first.length && choose(first, needed, first, 0, 0) == OPEN) {
			needed++;
		}
		String found = HexFormat.of().withUpperCase().formatHex(first, 0, Math.min(needed, SHOWN));
		return new FrameException(Fault.BAD, "expected a frame to begin with %s, found %s (%s)"
			.formatted(String.join(" or ", this.texts), found, this.name), first, (long) first.length);
	}

	/**
	 * Which shape a frame would have if it were read.
	 * @param shape how it is written
	 * @param payload what is written
	 * @return a shape, {@link #OPEN} or {@link #NONE}
	 */
	int chosenFor(Framing shape, byte[] payload) {
		if (shape.overhead() == 0 && shape.hasFixedOverhead()) {
			return choose(payload, payload.length, payload, 0, 0);
		}
		byte[] wire = new byte[shape.overhead() + this.longest];
		int length = shape.prefix(payload, wire, 0);
		byte[] body = shape.body(payload);
		int count = Math.min(body.length, this.longest);
		System.arraycopy(body, 0, wire, length, count);
		length += count;
		if (count == body.length) {
			length += shape.suffix(payload, wire, length);
		}
		return choose(wire, length, wire, 0, 0);
	}

}
