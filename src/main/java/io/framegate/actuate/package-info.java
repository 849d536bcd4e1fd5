/**
 * Endpoints and health.
 */
@NullMarked
package io.framegate.actuate;

import org.jspecify.annotations.NullMarked;
