package io.framegate.lifecycle;

import java.util.Map;

import io.framegate.framing.FramingDeclaration;

/**
 * The framings that users declare now. Any thread may call.
 */
public final class UsersFramings {

	private volatile Map<String, FramingDeclaration> declared;

	UsersFramings(Map<String, FramingDeclaration> declared) {
		this.declared = declared;
	}

	void take(Map<String, FramingDeclaration> others) {
		this.declared = others;
	}

	/**
	 * All of them.
	 * @return by name
	 */
	public Map<String, FramingDeclaration> all() {
		return this.declared;
	}

}
