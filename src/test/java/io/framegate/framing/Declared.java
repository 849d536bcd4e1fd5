package io.framegate.framing;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Declarations as the configuration binds them.
 */
final class Declared {

	private Declared() {
	}

	/**
	 * A declaration of properties such as {@code length-field-length: 2}, separated by
	 * semicolons.
	 */
	static FramingDeclaration declaration(String properties) {
		Map<String, String> map = new LinkedHashMap<>();
		for (String property : properties.split(";\\s*")) {
			String[] parts = property.split(": ?", 2);
			map.put(parts[0].strip(), parts[1]);
		}
		return declaration(map);
	}

	static FramingDeclaration declaration(Map<String, String> properties) {
		Map<String, String> map = new LinkedHashMap<>();
		properties.forEach((name, value) -> map.put("x." + name, value));
		return new Binder(new MapConfigurationPropertySource(map)).bind("x", Bindable.of(FramingDeclaration.class))
			.get();
	}

	/** A framing named mine, of a declaration without faults. */
	static Framing framing(String properties) {
		FramingDeclaration declaration = declaration(properties);
		assertThat(Framings.faults(declaration)).as(properties).isEmpty();
		return Framings.of("mine", declaration);
	}

}
