/**
 * What joins the two sides: sessions.
 */
@NullMarked
package io.framegate.relay;

import org.jspecify.annotations.NullMarked;
