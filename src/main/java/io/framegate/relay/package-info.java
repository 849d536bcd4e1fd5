/**
 * The modes: what becomes of a frame.
 */
@NullMarked
package io.framegate.relay;

import org.jspecify.annotations.NullMarked;
