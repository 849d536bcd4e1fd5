package io.framegate.actuate;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.UnreadableStarts;
import io.framegate.framing.CutFrame;
import io.framegate.framing.FirstBytes;
import io.framegate.framing.FrameException;
import io.framegate.framing.FramingTrial;
import org.jspecify.annotations.Nullable;

/**
 * What a framing makes of bytes, as the endpoint shows it.
 *
 * @param name the framing's name
 * @param kind {@code built-in}, {@code declared} or {@code preset}
 * @param title which protocol it is for
 * @param lengthIncludesHeader {@code true} if {@code length-includes-header} is set
 * @param best whether it is one of the best
 * @param score how many bits had to be as they are, by this framing
 * @param reason why it stands where it does
 * @param complete whether all bytes belong to whole frames
 * @param frames how many frames there are
 * @param leftover how many bytes belong to no whole frame
 * @param fault why no more could be cut
 * @param pieces where the first frames are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrialView(String name, String kind, @JsonInclude(JsonInclude.Include.NON_EMPTY) String title,
		@Nullable Boolean lengthIncludesHeader, boolean best, int score, String reason, boolean complete, int frames,
		int leftover, @Nullable Fault fault, List<Piece> pieces) {

	private static final int MAX_PIECES = 20;

	private static final int MAX_SHOWN = 64;

	/**
	 * All framings, tried on bytes that the caller has sent.
	 */
	static Tried ofBytes(byte[] bytes, List<FramingTrial> trials) {
		return new Tried(bytes.length, looksLike(bytes), null, null, null, views(trials, true));
	}

	/**
	 * All framings, tried on bytes that a peer has sent: none is shown.
	 */
	static Tried ofConnection(UnreadableStarts.Start start, @Nullable String framing, List<FramingTrial> trials) {
		return new Tried(start.bytes().length, looksLike(start.bytes()), start.route(), start.side().label(), framing,
				views(trials, false));
	}

	private static @Nullable String looksLike(byte[] bytes) {
		byte[] first = Arrays.copyOf(bytes, Math.min(bytes.length, FirstBytes.ENOUGH));
		String resemblance = FirstBytes.resemblance(first, bytes.length);
		return resemblance.isEmpty() ? null : resemblance;
	}

	private static List<TrialView> views(List<FramingTrial> trials, boolean shown) {
		return trials.stream().map((trial) -> of(trial, trial.isBest(trials.getFirst()), shown)).toList();
	}

	private static TrialView of(FramingTrial trial, boolean best, boolean shown) {
		List<Piece> pieces = trial.pieces()
			.stream()
			.limit(MAX_PIECES)
			.map((piece) -> Piece.of(piece, shown && trial.group() == FramingTrial.Group.FRAMES))
			.toList();
		return new TrialView(trial.framing().name(), trial.framing().kind().label(), trial.framing().title(),
				trial.framing().lengthIncludesHeader() ? Boolean.TRUE : null, best, trial.score(), reason(trial),
				trial.isComplete(), trial.pieces().size(), trial.leftover(), Fault.of(trial, shown), pieces);
	}

	private static String reason(FramingTrial trial) {
		int frames = trial.pieces().size();
		return switch (trial.group()) {
			case FRAMES -> trial.isComplete() ? counted(frames, "frame") + " exactly to the end"
					: "%s, and the first %s of another".formatted(counted(frames, "frame"),
							counted(trial.leftover(), "byte"));
			case ANYTHING -> "any bytes fit";
			case BEGINNING -> (frames > 0) ? "%s without any structure".formatted(counted(frames, "frame"))
					: "no whole frame: more bytes would have to come";
			case FAULT -> (frames > 0) ? "does not fit after " + counted(frames, "frame") : "does not fit";
		};
	}

	private static String counted(int number, String what) {
		return number + " " + what + ((number == 1) ? "" : "s");
	}

	/**
	 * A frame.
	 *
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @param payload how many bytes its payload has
	 * @param hex the payload's first bytes, of bytes that the caller has sent
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Piece(int offset, int length, int payload, @Nullable String hex) {

		static Piece of(CutFrame piece, boolean shown) {
			byte[] content = piece.payload();
			return new Piece(piece.offset(), piece.length(), content.length,
					shown ? HexFormat.of().formatHex(content, 0, Math.min(MAX_SHOWN, content.length)) : null);
		}

	}

	/**
	 * Why no more could be cut.
	 *
	 * @param reason the close reason that it would be
	 * @param offset where the frame begins that has the fault
	 * @param detail what is wrong, for bytes that the caller has sent
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Fault(String reason, int offset, @Nullable String detail) {

		static @Nullable Fault of(FramingTrial trial, boolean shown) {
			FrameException fault = trial.fault();
			if (fault == null) {
				return null;
			}
			int offset = trial.pieces().isEmpty() ? 0
					: trial.pieces().getLast().offset() + trial.pieces().getLast().length();
			return new Fault((fault.fault() == FrameException.Fault.TOO_LONG) ? "frame-too-long" : "bad-frame", offset,
					shown ? fault.getMessage() : null);
		}

	}

	/**
	 * The answer.
	 *
	 * @param bytes how many bytes were tried
	 * @param looksLike what they look like, if known
	 * @param route the connection's route
	 * @param side its side
	 * @param framing the framing that is expected there
	 * @param framings all framings, best first
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Tried(int bytes, @Nullable String looksLike, @Nullable String route, @Nullable String side,
			@Nullable String framing, List<TrialView> framings) {

	}

}
