package io.framegate.framing;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Frames between delimiters. Any thread may call.
 */
public class DelimiterFraming extends DeclaredFraming {

	private final DelimiterShape shape;

	/** The same if there is one delimiter, which needs less searching. */
	private final @Nullable Delimiters plain;

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link Framings#faults}
	 */
	DelimiterFraming(String name, FramingDeclaration declaration) {
		this.shape = new DelimiterShape(name, declaration);
		this.plain = plain(name, declaration);
	}

	private static @Nullable Delimiters plain(String name, FramingDeclaration declaration) {
		List<HexBytes> ends = declaration.delimiter();
		byte[] end = ends.getFirst().toBytes();
		HexBytes declaredStart = declaration.startDelimiter();
		byte[] start = (declaredStart != null) ? declaredStart.toBytes() : new byte[0];
		boolean one = ends.size() == 1 && start.length < 2
				&& (end.length == 1 || (end.length == 2 && end[0] != end[1]));
		if (!one || declaration.trailer() != null || declaration.escape() != null
				|| Boolean.FALSE.equals(declaration.stripDelimiter())
				|| Boolean.TRUE.equals(declaration.skipBeforeStart())) {
			return null;
		}
		return new Delimiters(name, (start.length == 0) ? Delimiters.NONE : start[0] & 0xFF, end[0] & 0xFF,
				(end.length == 1) ? Delimiters.NONE : end[1] & 0xFF,
				Objects.requireNonNullElse(declaration.emptyFrames(), EmptyFrames.PASS));
	}

	@Override
	public StreamedCutter cutter(int maxFrameSize) {
		Delimiters simple = this.plain;
		return (simple != null) ? new DelimitedCutter(simple, maxFrameSize)
				: new DelimiterCutter(this.shape, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		Delimiters simple = this.plain;
		return (simple != null) ? simple.refusal(payload) : this.shape.refusal(payload);
	}

	@Override
	public boolean answersEmptyFrames() {
		return this.shape.emptyFrames() == EmptyFrames.ANSWER;
	}

	@Override
	public int overhead() {
		return this.shape.startLength() + this.shape.tail().length;
	}

	@Override
	public boolean hasFixedOverhead() {
		return this.shape.escape() == null && this.shape.emptyFrames() != EmptyFrames.ANSWER;
	}

	@Override
	public int reach() {
		return (this.plain != null) ? overhead() : WHOLE;
	}

	@Override
	public byte[] body(byte[] payload) {
		EscapeCoding escape = this.shape.escape();
		return (escape != null) ? escape.encode(payload) : payload;
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		StartDelimiter start = this.shape.start();
		return (start != null) ? start.write(target, offset) : 0;
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		byte[] tail = this.shape.tail();
		System.arraycopy(tail, 0, target, offset, tail.length);
		return tail.length;
	}

}
