/**
 * Blocking peers on real sockets for tests: a client and a scripted upstream, each wait
 * with a deadline.
 */
@NullMarked
package io.framegate.testkit;

import org.jspecify.annotations.NullMarked;
