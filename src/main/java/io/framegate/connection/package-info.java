/**
 * A connection on its event loop: its state, its counters, what it reads and writes, and
 * the record it leaves when it ends.
 */
@NullMarked
package io.framegate.connection;

import org.jspecify.annotations.NullMarked;
