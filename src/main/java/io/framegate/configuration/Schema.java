package io.framegate.configuration;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.framegate.framing.BytePattern;
import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.HexBytes;
import io.framegate.route.Range;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.unit.DataSize;

/**
 * The known keys, as a tree, and the values that they allow. Made from the
 * configuration's records, so that a new record component is a new key.
 */
sealed interface Schema {

	/** The longest frame. */
	DataSize LARGEST = DataSize.ofGigabytes(1);

	/**
	 * A word without case, dashes and underscores.
	 * @param word the word
	 * @return its letters and digits
	 */
	static String uniform(String word) {
		StringBuilder uniform = new StringBuilder(word.length());
		for (int i = 0; i < word.length(); i++) {
			char letter = word.charAt(i);
			if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
				uniform.append(letter);
			}
			else if (letter >= 'A' && letter <= 'Z') {
				uniform.append((char) (letter - 'A' + 'a'));
			}
		}
		return uniform.toString();
	}

	static Group of(Class<?> type) {
		Map<String, Schema> keys = new LinkedHashMap<>();
		for (RecordComponent component : type.getRecordComponents()) {
			Schema schema = of(ResolvableType.forType(component.getGenericType()),
					component.getAnnotation(Range.class));
			// In a framing, digits are characters.
			boolean characters = type == FramingDeclaration.class && component.getType() == String.class;
			keys.put(key(type, component), characters ? new Leaf(String.class, false, null, true) : schema);
		}
		return new Group(keys);
	}

	private static String key(Class<?> type, RecordComponent component) {
		Field field = Objects.requireNonNull(ReflectionUtils.findField(type, component.getName()));
		Name name = field.getAnnotation(Name.class);
		return DataObjectPropertyName.toDashedForm((name != null) ? name.value() : component.getName());
	}

	private static Schema of(ResolvableType type, @Nullable Range range) {
		Class<?> raw = type.toClass();
		if (raw == List.class) {
			Leaf elements = new Leaf(type.getGeneric(0).toClass(), true, range);
			return elements.isGroup() ? new Rows(elements.type()) : elements;
		}
		if (raw == Map.class && type.getGeneric(0).toClass() == Timeout.class) {
			Map<String, Schema> keys = new LinkedHashMap<>();
			Stream.of(Timeout.values())
				.forEach((timer) -> keys.put(timer.label(), new Leaf(Duration.class, false, null)));
			return new Group(keys);
		}
		if (raw == Map.class) {
			return new Named(of(type.getGeneric(1), null));
		}
		Leaf leaf = new Leaf(raw, false, range);
		return leaf.isGroup() ? of(raw) : leaf;
	}

	/**
	 * A group of keys.
	 *
	 * @param keys what is below each
	 * @param spelled the keys by their uniform form
	 */
	record Group(Map<String, Schema> keys, Map<String, String> spelled) implements Schema {

		Group(Map<String, Schema> keys) {
			this(keys, keys.keySet().stream().collect(Collectors.toMap(Schema::uniform, Function.identity())));
		}

		/**
		 * The key that somebody wrote, in any spelling.
		 * @param written what was written
		 * @return the key as the schema spells it, if there is one
		 */
		Optional<String> key(String written) {
			return Optional.ofNullable(this.spelled.get(uniform(written)));
		}

		Schema child(String key) {
			return Objects.requireNonNull(this.keys.get(key));
		}

	}

	/**
	 * A group whose keys are names that users choose.
	 *
	 * @param each what is below each name
	 */
	record Named(Schema each) implements Schema {

	}

	/**
	 * A list of groups.
	 *
	 * @param type the record of each; it may contain such a list itself
	 */
	record Rows(Class<?> type) implements Schema {

		Group each() {
			return of(this.type);
		}

	}

	/**
	 * A value.
	 *
	 * @param type the type of the value, or of a list's elements
	 * @param list whether there is a list of them
	 * @param range what a number may be
	 * @param verbatim whether the characters count as they are written: YAML would read
	 * 0064 as a number
	 */
	record Leaf(Class<?> type, boolean list, @Nullable Range range, boolean verbatim) implements Schema {

		Leaf(Class<?> type, boolean list, @Nullable Range range) {
			this(type, list, range, type == HexBytes.class || type == BytePattern.class);
		}

		boolean isGroup() {
			return this.type.isRecord() && !readFromText();
		}

		/**
		 * Whether values of this type are read from text, with a message of their own for
		 * invalid text.
		 */
		boolean readFromText() {
			return ClassUtils.hasMethod(this.type, "of", String.class);
		}

		boolean allows(Object value) {
			return switch (value) {
				case Integer number -> this.range == null || (number >= this.range.min() && number <= this.range.max());
				case DataSize size ->
					size.toBytes() >= ((this.range != null) ? this.range.min() : 1) && size.compareTo(LARGEST) <= 0;
				default -> true;
			};
		}

		/**
		 * What is allowed.
		 * @return the end of a sentence
		 */
		String allowed() {
			if (this.type == DataSize.class) {
				return ((this.range != null) ? "must be 0 (off) or a size" : "must be a size")
						+ " from 1B to 1GB, such as 512B or 64KB";
			}
			if (this.range != null) {
				return "must be a whole number from %d to %d".formatted(this.range.min(), this.range.max());
			}
			if (this.type == Duration.class) {
				return "must be 0 or a duration from 1ms to %dd with its unit, such as 500ms, 30s or 5m"
					.formatted(Timeouts.MAX.toDays());
			}
			if (this.type == boolean.class || this.type == Boolean.class) {
				return "must be true or false";
			}
			if (this.type == Integer.class) {
				return "must be a whole number";
			}
			return "must be one of " + String.join(", ", labels());
		}

		List<String> labels() {
			Object[] constants = this.type.getEnumConstants();
			return (constants == null) ? List.of()
					: Arrays.stream(constants).map((constant) -> label((Enum<?>) constant)).toList();
		}

		static String label(Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

}
