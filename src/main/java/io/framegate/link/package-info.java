/**
 * Upstream connections that clients share.
 */
@NullMarked
package io.framegate.link;

import org.jspecify.annotations.NullMarked;
