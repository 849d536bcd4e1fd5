/**
 * TLS on both sides: bundles, handshakes and what a peer has shown.
 */
@NullMarked
package io.framegate.tls;

import org.jspecify.annotations.NullMarked;
