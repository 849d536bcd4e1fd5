/**
 * Where connections come from: listening and accepting.
 */
@NullMarked
package io.framegate.inbound;

import org.jspecify.annotations.NullMarked;
