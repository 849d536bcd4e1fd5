/**
 * Reads properties into routes, and finds everything that is wrong with them.
 */
@NullMarked
package io.framegate.configuration;

import org.jspecify.annotations.NullMarked;
