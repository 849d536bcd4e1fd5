/**
 * The built-in echo server.
 */
@NullMarked
package io.framegate.demo;

import org.jspecify.annotations.NullMarked;
