/**
 * Routes starting, running and draining.
 */
@NullMarked
package io.framegate.lifecycle;

import org.jspecify.annotations.NullMarked;
