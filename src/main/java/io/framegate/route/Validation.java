package io.framegate.route;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Takes what is wrong with the properties of one group. The first complaint about a
 * property counts.
 */
public interface Validation {

	/**
	 * The validation of a group within this one.
	 * @param key the group's key
	 * @return takes what is wrong there
	 */
	Validation at(String key);

	/**
	 * Refuses a property.
	 * @param key the property, or empty for the group itself
	 * @param message what is allowed
	 */
	void refuse(String key, String message);

	/**
	 * Refuses a property or group if it is set.
	 * @param key the property or group
	 * @param message why
	 */
	void refuseIfSet(String key, String message);

	/**
	 * Whether a property, or one below it, was refused before.
	 * @param key the property
	 */
	boolean refused(String key);

	void required(String key);

	/**
	 * Refuses what is neither an address nor a host name.
	 * @param key the property
	 * @param text its value
	 */
	void host(String key, String text);

	/**
	 * Refuses what is no IP address.
	 * @param key the property
	 * @param text its value
	 */
	void address(String key, String text);

	/**
	 * Refuses bytes that cannot be read.
	 * @param key the property
	 * @param text its value, or {@code null} if it is not set
	 */
	void payload(String key, @Nullable String text);

	/**
	 * Refuses what is not the name of an SSL bundle.
	 * @param key the property
	 * @param name its value, or {@code null} if it is not set, though it is required
	 * @param own whether the bundle must have a certificate of its own
	 */
	void bundle(String key, @Nullable String name, boolean own);

	/**
	 * Refuses what cannot be a pattern of names in a certificate.
	 * @param key the property
	 * @param patterns its value
	 */
	void subjects(String key, List<String> patterns);

	/**
	 * Refuses an unknown framing.
	 * @param name the value of {@code framing}
	 * @param lengthIncludesHeader the value of {@code length-includes-header}
	 */
	void framing(String name, boolean lengthIncludesHeader);

}
