/**
 * How a connection ended: the reason, the side, the record and the log.
 */
@NullMarked
package io.framegate.closure;

import org.jspecify.annotations.NullMarked;
