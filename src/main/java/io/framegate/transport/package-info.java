/**
 * Netty and Linux: event loops, batched writes, socket options, what the kernel knows,
 * memory.
 */
@NullMarked
package io.framegate.transport;

import org.jspecify.annotations.NullMarked;
