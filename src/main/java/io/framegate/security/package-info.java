/**
 * Who may see and change what.
 */
@NullMarked
package io.framegate.security;

import org.jspecify.annotations.NullMarked;
