/**
 * The counters of a route.
 */
@NullMarked
package io.framegate.metrics;

import org.jspecify.annotations.NullMarked;
