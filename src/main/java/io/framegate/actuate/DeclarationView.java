package io.framegate.actuate;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.framegate.framing.BytePattern;
import io.framegate.framing.FramingDeclaration;
import io.framegate.route.RecordProperties;

import org.springframework.boot.context.properties.bind.Name;

/**
 * A declared framing under the names of its properties, without those that are not set.
 */
final class DeclarationView {

	private DeclarationView() {
	}

	static Map<String, Object> of(FramingDeclaration declaration) {
		return properties(declaration);
	}

	private static Map<String, Object> properties(Record of) {
		Map<String, Object> properties = new LinkedHashMap<>();
		for (RecordComponent component : of.getClass().getRecordComponents()) {
			Object value = RecordProperties.value(component, of);
			if (value != null && !isEmpty(value)) {
				properties.put(name(component), shown(value));
			}
		}
		return properties;
	}

	private static String name(RecordComponent component) {
		try {
			Name other = component.getDeclaringRecord().getDeclaredField(component.getName()).getAnnotation(Name.class);
			return (other != null) ? other.value() : RecordProperties.name(component);
		}
		catch (NoSuchFieldException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isEmpty(Object value) {
		return (value instanceof List<?> list && list.isEmpty()) || (value instanceof Map<?, ?> map && map.isEmpty());
	}

	private static Object shown(Object value) {
		return switch (value) {
			case Number number -> number;
			case Boolean flag -> flag;
			case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
			case List<?> list -> list.stream().map(DeclarationView::shown).toList();
			case Map<?, ?> map -> {
				Map<String, Object> sorted = new TreeMap<>();
				map.forEach((key, one) -> sorted.put(key.toString(), shown(one)));
				yield sorted;
			}
			case BytePattern pattern -> pattern.toString();
			case Record group -> properties(group);
			default -> value.toString();
		};
	}

}
