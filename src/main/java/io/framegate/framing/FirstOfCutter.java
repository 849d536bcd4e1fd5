package io.framegate.framing;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Cuts frames of several shapes, each told by its first bytes. One thread at a time.
 */
final class FirstOfCutter implements StreamedCutter {

	private static final byte[] NOTHING = {};

	private final ShapeChoice choice;

	private final List<Framing> shapes;

	private final int maxFrameSize;

	/** The cutters of the shapes that have come. */
	private final @Nullable StreamedCutter[] cutters;

	private final OneFrame one = new OneFrame();

	/** What cuts the incomplete frame, if its shape is known. */
	private @Nullable StreamedCutter current;

	/** The first bytes of a frame of which more are needed. */
	private byte[] head = NOTHING;

	FirstOfCutter(ShapeChoice choice, List<Framing> shapes, int maxFrameSize) {
		this.choice = choice;
		this.shapes = shapes;
		this.maxFrameSize = maxFrameSize;
		this.cutters = new @Nullable StreamedCutter[shapes.size()];
	}

	@Override
	public int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException {
		this.one.sink = sink;
		try {
			int at = from;
			while (at < to) {
				StreamedCutter cutter = this.current;
				if (cutter == null) {
					cutter = choose(bytes, at, to);
					if (cutter == null) {
						return to;
					}
					if (this.head.length > 0 && cutHead(cutter)) {
						if (!this.one.more) {
							return at;
						}
						continue;
					}
				}
				this.current = cutter;
				this.one.taken = false;
				at = cutter.cut(bytes, at, to, this.one);
				if (this.one.taken && !this.one.more) {
					return at;
				}
			}
			return at;
		}
		finally {
			this.one.sink = null;
		}
	}

	/**
	 * Chooses the cutter of the next frame.
	 * @return {@code null} if more bytes are needed; they are kept
	 */
	private @Nullable StreamedCutter choose(byte[] bytes, int at, int to) throws FrameException {
		int shape = this.choice.choose(this.head, this.head.length, bytes, at, to);
		if (shape >= 0) {
			return cutter(shape);
		}
		int known = this.head.length;
		byte[] first = Arrays.copyOf(this.head,
				(int) Math.min(known + (long) to - at, Math.max(FirstBytes.ENOUGH, this.choice.longest())));
		System.arraycopy(bytes, at, first, known, first.length - known);
		if (shape == ShapeChoice.NONE) {
			throw this.choice.fault(first);
		}
		this.head = first;
		return null;
	}

	private StreamedCutter cutter(int shape) {
		StreamedCutter cutter = this.cutters[shape];
		if (cutter == null) {
			cutter = (StreamedCutter) this.shapes.get(shape).cutter(this.maxFrameSize);
			this.cutters[shape] = cutter;
		}
		return cutter;
	}

	/**
	 * Cuts the bytes that were kept.
	 * @return whether they had a whole frame: what comes behind it stays kept
	 */
	private boolean cutHead(StreamedCutter cutter) throws FrameException {
		byte[] kept = this.head;
		this.head = NOTHING;
		this.current = cutter;
		this.one.taken = false;
		int at = cutter.cut(kept, 0, kept.length, this.one);
		if (this.one.taken) {
			this.head = Arrays.copyOfRange(kept, at, kept.length);
		}
		return this.one.taken;
	}

	@Override
	public int partialBytes() {
		StreamedCutter cutter = this.current;
		return this.head.length + ((cutter != null) ? cutter.partialBytes() : 0);
	}

	@Override
	public int heldBytes() {
		StreamedCutter cutter = this.current;
		return this.head.length + ((cutter != null) ? cutter.heldBytes() : 0);
	}

	@Override
	public String resemblance() {
		StreamedCutter cutter = this.current;
		return (cutter != null) ? cutter.resemblance() : FirstBytes.resemblance(first(), this.head.length);
	}

	@Override
	public byte[] first() {
		StreamedCutter cutter = this.current;
		return (cutter != null) ? cutter.first()
				: Arrays.copyOf(this.head, Math.min(this.head.length, FirstBytes.ENOUGH));
	}

	@Override
	public int wanted() {
		StreamedCutter cutter = this.current;
		return (cutter != null) ? cutter.wanted() : 1;
	}

	@Override
	public byte[] partial() {
		StreamedCutter cutter = this.current;
		return (cutter != null) ? cutter.partial() : this.head.clone();
	}

	/** Stops after each frame, because the next one may have another shape. */
	private final class OneFrame implements FrameSink {

		private @Nullable FrameSink sink;

		/** Whether a frame came. */
		private boolean taken;

		/** Whether the sink wants to go on. */
		private boolean more;

		private FrameSink target() {
			FrameSink target = this.sink;
			if (target == null) {
				throw new IllegalStateException("No bytes are being cut");
			}
			return target;
		}

		/** The frame is complete before the sink has it. */
		private FrameSink take() {
			this.taken = true;
			FirstOfCutter.this.current = null;
			return target();
		}

		@Override
		public boolean frame(byte[] payload) {
			this.more = take().frame(payload);
			return false;
		}

		@Override
		public boolean empty(byte[] wire, boolean answer) {
			this.more = take().empty(wire, answer);
			return false;
		}

		@Override
		public int wantedOfOversize() {
			return target().wantedOfOversize();
		}

		@Override
		public boolean oversize(byte[] start, String fault) {
			this.more = take().oversize(start, fault);
			return false;
		}

	}

}
