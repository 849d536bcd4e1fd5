/**
 * Routes start, are replaced, drain and stop.
 */
@NullMarked
package io.framegate.lifecycle;

import org.jspecify.annotations.NullMarked;
