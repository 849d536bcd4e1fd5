/**
 * The network lab: Framegate's jar between real clients and servers in network namespaces
 * of their own, whose peers vanish and whose packets are lost and late.
 */
@NullMarked
package io.framegate.network;

import org.jspecify.annotations.NullMarked;
