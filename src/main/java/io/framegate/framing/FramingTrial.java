package io.framegate.framing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What a framing makes of bytes: which frames it cuts, and how much that proves. Any
 * thread may call.
 *
 * @param framing the framing
 * @param pieces the frames, empty ones included
 * @param leftover how many bytes belong to no whole frame and are not skipped
 * @param fault why no more could be cut, {@code null} if the rest may be the beginning of
 * a frame, or there is none
 * @param score how many bits had to be as they are, by this framing
 */
public record FramingTrial(KnownFraming framing, List<CutFrame> pieces, int leftover, @Nullable FrameException fault,
		int score) {

	/** A score from which a framing is no accident. */
	private static final int CONVINCING = 16;

	/** The same if no byte is left over. */
	private static final int CONVINCING_IN_ALL = 11;

	/** Best first. */
	private static final Comparator<FramingTrial> BEST = Comparator.comparing(FramingTrial::group)
		.thenComparing(FramingTrial::score, Comparator.reverseOrder())
		.thenComparing((trial) -> trial.pieces.size(), Comparator.reverseOrder())
		.thenComparing((trial) -> trial.framing.kind());

	public FramingTrial {
		pieces = List.copyOf(pieces);
	}

	/** What became of the bytes, the best first. */
	public enum Group {

		/** Frames, and perhaps the beginning of one more. */
		FRAMES,

		/** Any bytes are cut, which proves nothing. */
		ANYTHING,

		/** Perhaps the beginning of a frame. */
		BEGINNING,

		/** The framing does not allow them. */
		FAULT

	}

	/**
	 * Tries all framings.
	 * @param declared those that users declare, by name
	 * @param bytes the bytes, from where a frame begins
	 * @param maxFrameSize the largest payload, in bytes
	 * @return best first
	 */
	public static List<FramingTrial> all(Map<String, FramingDeclaration> declared, byte[] bytes, int maxFrameSize) {
		return KnownFraming.all(declared)
			.stream()
			.flatMap((one) -> Stream.of(one, one.inclusive()))
			.filter(Objects::nonNull)
			.map((one) -> of(one, bytes, maxFrameSize))
			.sorted(BEST)
			.toList();
	}

	static FramingTrial of(KnownFraming framing, byte[] bytes, int maxFrameSize) {
		OneFrame taken = new OneFrame();
		List<CutFrame> pieces = new ArrayList<>();
		FrameCutter cutter = framing.framing().cutter(maxFrameSize);
		FramingEvidence evidence = new FramingEvidence(framing.declaration());
		FrameException fault = null;
		double bits = 0;
		int at = 0;
		int leftover = 0;
		try {
			while (at < bytes.length) {
				taken.payload = null;
				int next = cutter.cut(bytes, at, bytes.length, taken);
				byte[] payload = taken.payload;
				if (payload == null) {
					leftover = cutter.partialBytes();
					break;
				}
				CutFrame piece = new CutFrame(at, next - at, payload);
				bits += evidence.bits(bytes, piece);
				pieces.add(piece);
				at = next;
			}
		}
		catch (FrameException ex) {
			fault = ex;
			leftover = bytes.length - at;
		}
		return new FramingTrial(framing, pieces, leftover, fault, (int) Math.round(Math.max(0, bits)));
	}

	public Group group() {
		if (this.fault != null) {
			return Group.FAULT;
		}
		if (this.framing.declaration() == null) {
			return Group.ANYTHING;
		}
		boolean frames = !this.pieces.isEmpty() && (this.score > 0 || isComplete());
		return frames ? Group.FRAMES : Group.BEGINNING;
	}

	/**
	 * Whether it is as good as the best.
	 * @param best the first of all
	 */
	public boolean isBest(FramingTrial best) {
		return group() == Group.FRAMES && best.group() == Group.FRAMES
				&& this.score >= (isComplete() ? CONVINCING_IN_ALL : CONVINCING) && this.score >= best.score - 1;
	}

	/** Whether every byte belongs to a whole frame. */
	public boolean isComplete() {
		return this.leftover == 0 && this.fault == null && !this.pieces.isEmpty();
	}

	/** Takes one frame at a time. */
	private static final class OneFrame implements FrameSink {

		private byte @Nullable [] payload;

		@Override
		public boolean frame(byte[] content) {
			this.payload = content;
			return false;
		}

		@Override
		public boolean empty(byte[] wire, boolean answer) {
			this.payload = new byte[0];
			return false;
		}

	}

}
