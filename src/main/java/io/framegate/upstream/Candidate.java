package io.framegate.upstream;

import java.net.InetSocketAddress;

import io.framegate.route.Target;

/**
 * An address to connect to.
 *
 * @param target the target it belongs to
 * @param address its address, unresolved where its name is not known
 */
public record Candidate(Target target, InetSocketAddress address) {

}
