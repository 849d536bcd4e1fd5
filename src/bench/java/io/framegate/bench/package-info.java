/**
 * The benchmark: one load through Framegate, stock Spring Integration, HAProxy and no
 * gateway at all, measured in turns.
 */
@NullMarked
package io.framegate.bench;

import org.jspecify.annotations.NullMarked;
