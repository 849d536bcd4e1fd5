/**
 * Which timeouts exist, and where a limit comes from.
 */
@NullMarked
package io.framegate.timeout;

import org.jspecify.annotations.NullMarked;
