package io.framegate.framing;

/**
 * What is wrong with a declaration.
 *
 * @param property the property below the declaration, such as {@code first-of[1].header};
 * empty for the declaration itself
 * @param message what is allowed, to be read on from the property
 */
public record FramingFault(String property, String message) {

}
