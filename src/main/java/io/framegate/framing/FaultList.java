package io.framegate.framing;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with a declaration. The first fault of a property counts.
 */
final class FaultList {

	private final List<FramingFault> faults;

	private final String prefix;

	FaultList() {
		this(new ArrayList<>(), "");
	}

	private FaultList(List<FramingFault> faults, String prefix) {
		this.faults = faults;
		this.prefix = prefix;
	}

	/**
	 * The faults of a shape in first-of.
	 * @param index its index
	 */
	FaultList shape(int index) {
		return new FaultList(this.faults, "first-of[" + index + "].");
	}

	/**
	 * Adds a fault.
	 * @param property the property, or empty for the whole
	 * @param message what is allowed
	 */
	void add(String property, String message) {
		String whole = property.isEmpty() ? this.prefix.replaceFirst("\\.$", "") : this.prefix + property;
		if (this.faults.stream().noneMatch((other) -> other.property().equals(whole))) {
			this.faults.add(new FramingFault(whole, message));
		}
	}

	void addIf(boolean wrong, String property, String message) {
		if (wrong) {
			add(property, message);
		}
	}

	/**
	 * Refuses a number out of range.
	 * @param number its value, or {@code null} if it is not set
	 * @param property the property
	 * @param min the lowest
	 * @param max the highest
	 */
	void range(@Nullable Integer number, String property, int min, int max) {
		addIf(number != null && (number < min || number > max), property, "must be %d to %d".formatted(min, max));
	}

	/**
	 * Whether there are faults of this shape.
	 */
	boolean isAny() {
		return this.faults.stream().anyMatch((fault) -> (fault.property() + ".").startsWith(this.prefix));
	}

	List<FramingFault> all() {
		return List.copyOf(this.faults);
	}

}
