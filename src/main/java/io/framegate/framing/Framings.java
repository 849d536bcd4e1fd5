package io.framegate.framing;

import java.util.List;

/**
 * The framings that come with the gateway, by name. Any thread may call.
 */
public final class Framings {

	/** The names, in the order of the documentation. */
	public static final List<String> NAMES = List.of("crlf", "lf", "nul", "stx-etx", "mllp", "length1", "length2",
			"length4", "stream");

	/** Bytes as they arrive, without frames. */
	public static final String STREAM = "stream";

	/** Comes before the name of a serializer bean. */
	public static final String BEAN = "bean:";

	private Framings() {
	}

	/**
	 * A framing by its name.
	 * @param name one of {@link #NAMES} or of {@link Presets}
	 * @param lengthIncludesHeader whether a length counts its own header; only for {@code
	 * length1}, {@code length2} and {@code length4}
	 * @return a new framing, also a serializer and deserializer of Spring Integration
	 * @throws IllegalArgumentException if there is no such framing, or it has no length
	 * that could include a header
	 */
	public static Framing named(String name, boolean lengthIncludesHeader) {
		Preset preset = NAMES.contains(name) ? null : Presets.ALL.get(name);
		if (preset != null) {
			return of(name, preset.declaration());
		}
		if (lengthIncludesHeader && NAMES.contains(name) && !hasLength(name)) {
			throw new IllegalArgumentException(
					"Framing '%s' has no length that could include its header".formatted(name));
		}
		return switch (name) {
			case "crlf" -> new CrLfFraming();
			case "lf" -> new TerminatorFraming(name, (byte) 0x0A);
			case "nul" -> new TerminatorFraming(name, (byte) 0x00);
			case "stx-etx" -> new StxEtxFraming();
			case "mllp" -> new MllpFraming();
			case "length1" -> length(1, lengthIncludesHeader);
			case "length2" -> length(2, lengthIncludesHeader);
			case "length4" -> length(4, lengthIncludesHeader);
			case STREAM -> new StreamFraming();
			default -> throw new IllegalArgumentException(
					"No framing '%s'; there are %s".formatted(name, String.join(", ", NAMES)));
		};
	}

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link #faults}
	 * @return a new framing, also a serializer and deserializer of Spring Integration
	 */
	public static Framing of(String name, FramingDeclaration declaration) {
		if (!declaration.firstOf().isEmpty()) {
			return new FirstOfFraming(name, declaration,
					declaration.firstOf()
						.stream()
						.map((shape) -> of(name, shape.withEmptyFrames(declaration.emptyFrames())))
						.toList());
		}
		if (!declaration.delimiter().isEmpty()) {
			return new DelimiterFraming(name, declaration);
		}
		return (declaration.fixedLength() != null) ? new FixedLengthFraming(name, declaration)
				: LengthFieldFraming.of(name, declaration);
	}

	/**
	 * What is wrong with a declaration.
	 * @param declaration any declaration
	 * @return the faults, none if it is a framing
	 */
	public static List<FramingFault> faults(FramingDeclaration declaration) {
		return FramingLint.faults(declaration);
	}

	/**
	 * Whether frames of this framing begin with their length.
	 * @param name the framing's name
	 * @return {@code true} for {@code length1}, {@code length2} and {@code length4}
	 */
	public static boolean hasLength(String name) {
		return name.startsWith("length") && NAMES.contains(name);
	}

	private static LengthFraming length(int headerSize, boolean inclusive) {
		LengthFraming framing = new LengthFraming(headerSize);
		framing.setInclusive(inclusive);
		return framing;
	}

}
