/**
 * How a connection ended: the reason, the side, the record it leaves and the log of
 * these.
 */
@NullMarked
package io.framegate.closure;

import org.jspecify.annotations.NullMarked;
