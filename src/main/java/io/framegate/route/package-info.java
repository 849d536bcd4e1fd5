/**
 * What a route is: the configuration as immutable records, read from any Spring
 * environment and checked as a whole.
 */
@NullMarked
package io.framegate.route;

import org.jspecify.annotations.NullMarked;
