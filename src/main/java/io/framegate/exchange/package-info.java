/**
 * A request that awaits its reply: fairness between clients, and keys.
 */
@NullMarked
package io.framegate.exchange;

import org.jspecify.annotations.NullMarked;
