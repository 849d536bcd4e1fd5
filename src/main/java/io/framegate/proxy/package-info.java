/**
 * The PROXY protocol, versions 1 and 2: who the client of a proxy is. Knows bytes, not
 * sockets.
 */
@NullMarked
package io.framegate.proxy;

import org.jspecify.annotations.NullMarked;
