/**
 * Listening, admitting and accepting.
 */
@NullMarked
package io.framegate.inbound;

import org.jspecify.annotations.NullMarked;
