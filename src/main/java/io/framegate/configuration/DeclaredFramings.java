package io.framegate.configuration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.FramingFault;
import io.framegate.framing.Framings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;

/**
 * Reads and checks the framings that users declare.
 */
final class DeclaredFramings {

	private static final String NAME = "[a-z][a-z0-9-]{0,39}";

	static final String NAME_RULE = "a framing's name must be " + NAME
			+ ": a lowercase letter, then up to 39 lowercase letters, digits and dashes";

	private static final String SHAPES = ".first-of[";

	private final Settings settings;

	private final Problems problems;

	DeclaredFramings(Settings settings, Problems problems) {
		this.settings = settings;
		this.problems = problems;
	}

	/**
	 * Reads them. Those with single values that are wrong are left out.
	 * @return the declarations, by name
	 */
	Map<String, FramingDeclaration> read() {
		Map<String, FramingDeclaration> framings = new LinkedHashMap<>();
		for (String name : this.settings.framings()) {
			String group = Settings.framing(name);
			checkName(name, group);
			checkGaps(group + SHAPES);
			if (!this.problems.anyAt(group)) {
				FramingDeclaration declaration = new Binder(this.settings.sourceOfFraming(name)).bindOrCreate(group,
						Bindable.of(FramingDeclaration.class));
				Framings.faults(declaration).forEach((fault) -> refuse(group, fault));
				framings.put(name, declaration);
			}
		}
		return framings;
	}

	private void checkName(String name, String group) {
		if (Framings.NAMES.contains(name)) {
			refuse(group, "is a built-in framing: choose another name");
		}
		else if (!name.matches(NAME)) {
			refuse(group, NAME_RULE);
		}
	}

	/**
	 * Refuses elements of a list before which others are missing.
	 * @param list the list's name, up to the bracket
	 */
	private void checkGaps(String list) {
		Set<String> there = new TreeSet<>();
		this.settings.all()
			.stream()
			.map(Setting::property)
			.filter((property) -> property.startsWith(list))
			.forEach((property) -> there.add(property.substring(list.length(), property.indexOf(']', list.length()))));
		int count = 0;
		while (there.remove(Integer.toString(count))) {
			count++;
		}
		String missing = list + count + "]";
		there
			.forEach((index) -> refuse(list + index + "]", "is not the first of its list, and there is no " + missing));
	}

	private void refuse(String group, FramingFault fault) {
		String property = fault.property().isEmpty() ? group : group + "." + fault.property();
		Setting setting = this.settings.get(property);
		this.problems.add(new Problem(property, written(property, setting),
				this.settings.firstAt(property)
					.or(() -> this.settings.firstAt(group))
					.map(Setting::origin)
					.orElse(null),
				fault.message()));
	}

	/** A list is shown whole. */
	private @Nullable String written(String property, @Nullable Setting setting) {
		if (setting != null) {
			return setting.written();
		}
		String elements = this.settings.allAt(property)
			.stream()
			.filter((each) -> each.leaf().list() && each.property().startsWith(property + "["))
			.map(Setting::written)
			.collect(Collectors.joining(", "));
		return elements.isEmpty() ? null : elements;
	}

	private void refuse(String property, String message) {
		this.problems.add(new Problem(property, null, this.settings.firstAt(property).map(Setting::origin).orElse(null),
				message));
	}

}
