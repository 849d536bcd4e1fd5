/**
 * The nine timers, their limits and where each limit came from.
 */
@NullMarked
package io.framegate.timeout;

import org.jspecify.annotations.NullMarked;
