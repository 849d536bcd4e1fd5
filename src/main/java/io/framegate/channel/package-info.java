/**
 * The Spring Integration channels that each frame passes.
 */
@NullMarked
package io.framegate.channel;

import org.jspecify.annotations.NullMarked;
