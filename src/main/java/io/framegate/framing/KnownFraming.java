package io.framegate.framing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * A framing that can be named in a route: built in, a preset, or declared by a user.
 * Immutable.
 *
 * @param name its name
 * @param kind where it comes from
 * @param title which protocol it is for, empty if that is not said
 * @param document where it is described, empty if that is not said
 * @param declaration how it is declared; {@code null} for {@code stream}, which cannot be
 * @param lengthIncludesHeader whether {@code length-includes-header} must be set with it
 */
public record KnownFraming(String name, Kind kind, String title, String document,
		@Nullable FramingDeclaration declaration, boolean lengthIncludesHeader) {

	/** The built-in framings: name, title, document, declaration. */
	private static final List<KnownFraming> BUILT_IN = """
			crlf    | Lines that end with CR LF     | | delimiter: 0D0A
			lf      | Lines that end with LF        | | delimiter: 0A
			nul     | Texts that end with NUL       | | delimiter: 00
			stx-etx | Frames between STX and ETX    | | start-delimiter: 02; delimiter: 03
			mllp    | HL7 over MLLP | HL7, Transport Specification MLLP, release 1 | start-delimiter: 0B; delimiter: 1C0D
			length1 | Frames behind a length in one byte   | | length-field-length: 1
			length2 | Frames behind a length in two bytes  | | length-field-length: 2
			length4 | Frames behind a length in four bytes | | length-field-length: 4
			stream  | Bytes as they arrive, without frames | |
			"""
		.lines()
		.map(KnownFraming::builtIn)
		.toList();

	/** Where a framing comes from. */
	public enum Kind {

		/** A user has declared it. */
		DECLARED,

		/** It is always there. */
		BUILT_IN,

		/** It comes with the gateway as a declaration. */
		PRESET;

		private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

		public String label() {
			return this.label;
		}

	}

	private static KnownFraming builtIn(String row) {
		String[] cells = row.split("\\s*\\|\\s*", -1);
		return new KnownFraming(cells[0], Kind.BUILT_IN, cells[1], cells[2],
				cells[3].isBlank() ? null : declaration(cells[3]), false);
	}

	private static FramingDeclaration declaration(String properties) {
		Map<String, String> map = new LinkedHashMap<>();
		for (String property : properties.split(";")) {
			String[] parts = property.split(":");
			map.put("framing." + parts[0].strip(), parts[1].strip());
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate("framing",
				Bindable.of(FramingDeclaration.class));
	}

	/**
	 * All framings that can be named.
	 * @param declared those that users declare, by name
	 * @return the built-in ones, the declared ones, and those presets that no declared
	 * one hides
	 */
	public static List<KnownFraming> all(Map<String, FramingDeclaration> declared) {
		List<KnownFraming> all = new ArrayList<>(BUILT_IN);
		declared
			.forEach((name, declaration) -> all.add(new KnownFraming(name, Kind.DECLARED, "", "", declaration, false)));
		Presets.ALL.values()
			.stream()
			.filter((preset) -> !declared.containsKey(preset.name()))
			.map((preset) -> new KnownFraming(preset.name(), Kind.PRESET, preset.title(), preset.document(),
					preset.declaration(), false))
			.forEach(all::add);
		return all;
	}

	/**
	 * This framing with {@code length-includes-header}.
	 * @return the framing, or {@code null} if it has none
	 */
	public @Nullable KnownFraming inclusive() {
		FramingDeclaration plain = this.declaration;
		if (this.kind != Kind.BUILT_IN || plain == null || !Framings.hasLength(this.name)) {
			return null;
		}
		int size = (plain.lengthFieldLength() != null) ? plain.lengthFieldLength() : 1;
		return new KnownFraming(this.name, this.kind, this.title, this.document,
				declaration("length-field-length: %d; length-adjustment: -%d".formatted(size, size)), true);
	}

	/**
	 * Makes the framing.
	 * @return a new one
	 */
	public Framing framing() {
		FramingDeclaration declared = this.declaration;
		return (this.kind == Kind.BUILT_IN || declared == null) ? Framings.named(this.name, this.lengthIncludesHeader)
				: Framings.of(this.name, declared);
	}

}
