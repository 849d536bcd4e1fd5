/**
 * Targets: their addresses, their health, balancing and connecting.
 */
@NullMarked
package io.framegate.upstream;

import org.jspecify.annotations.NullMarked;
