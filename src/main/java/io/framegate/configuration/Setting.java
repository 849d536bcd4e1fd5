package io.framegate.configuration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.origin.Origin;

/**
 * A property that somebody set.
 *
 * @param property its full name, with the keys as the schema spells them
 * @param written its value as written, used in messages
 * @param value its value with placeholders resolved
 * @param origin where it was set
 * @param leaf what its value may be
 */
record Setting(String property, String written, Object value, @Nullable Origin origin, Schema.Leaf leaf) {

	/** Whether it is as if it were not set. A space may end a length. */
	boolean isBlank() {
		String text = this.value.toString();
		return this.leaf.verbatim() ? text.isEmpty() : text.isBlank();
	}

	/**
	 * An element of this list.
	 * @param index its index
	 * @param element its value
	 * @return the element's own setting
	 */
	Setting element(String index, Object element) {
		return new Setting(this.property + "[" + index + "]", element.toString(), element.toString(), this.origin,
				this.leaf);
	}

	Setting withValue(Object other) {
		return new Setting(this.property, this.written, other, this.origin, this.leaf);
	}

}
