package io.framegate.configuration;

import org.jspecify.annotations.Nullable;

/**
 * The place of a value.
 *
 * @param property the full name of the property or of the list
 * @param leaf what the value may be
 * @param index the index of the list's element, or {@code null} for the whole
 * @param rows the list of groups that it is part of, if any
 */
record PropertyLocation(String property, Schema.Leaf leaf, @Nullable String index, @Nullable String rows) {

}
