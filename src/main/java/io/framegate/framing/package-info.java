/**
 * The framings: how a byte stream is cut into frames and how frames are written to one.
 */
@NullMarked
package io.framegate.framing;

import org.jspecify.annotations.NullMarked;
