/**
 * The page on which people look at the gateway.
 */
@NullMarked
package io.framegate.console;

import org.jspecify.annotations.NullMarked;
