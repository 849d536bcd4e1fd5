/**
 * What operators see over HTTP: endpoints and health.
 */
@NullMarked
package io.framegate.actuate;

import org.jspecify.annotations.NullMarked;
