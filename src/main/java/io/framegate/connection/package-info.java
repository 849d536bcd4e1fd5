/**
 * One TCP connection on its event loop: reading, writing, timers and closing.
 */
@NullMarked
package io.framegate.connection;

import org.jspecify.annotations.NullMarked;
