/**
 * Properties that are read into routes, and everything that is wrong with them.
 */
@NullMarked
package io.framegate.configuration;

import org.jspecify.annotations.NullMarked;
