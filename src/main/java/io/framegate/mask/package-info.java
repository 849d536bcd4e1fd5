/**
 * Hides what nobody may see in a frame: card numbers always, and what users configure.
 */
@NullMarked
package io.framegate.mask;

import org.jspecify.annotations.NullMarked;
