package io.framegate.route;

import java.lang.reflect.RecordComponent;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The components of a record as the properties that it was bound from. Any thread may
 * call.
 */
public final class RecordProperties {

	private RecordProperties() {
	}

	/**
	 * The property of a component.
	 * @param component the component
	 * @return its name in kebab-case
	 */
	public static String name(RecordComponent component) {
		return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

	/**
	 * The value of a component.
	 * @param component the component, of a public record
	 * @param of the record
	 * @return its value
	 */
	public static @Nullable Object value(RecordComponent component, Object of) {
		try {
			return component.getAccessor().invoke(of);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
