package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.framegate.connection.Loop;
import io.framegate.route.Target;
import io.netty.util.NetUtil;

/**
 * Finds the addresses of targets. Names are looked up on virtual threads, for a look-up
 * may block; the JVM caches them for 30 seconds.
 */
final class Resolver {

	/**
	 * Finds all addresses of all targets, in order.
	 * @param targets the targets
	 * @param loop where to call back
	 * @param found takes the addresses; called at once where no name has to be looked up
	 */
	void resolve(List<Target> targets, Loop loop, Consumer<List<Candidate>> found) {
		if (targets.stream().allMatch((target) -> isLiteral(target.host()))) {
			found.accept(candidates(targets));
		}
		else {
			Thread.ofVirtual().name("framegate-resolver").start(() -> {
				List<Candidate> candidates = candidates(targets);
				loop.execute(() -> found.accept(candidates));
			});
		}
	}

	private static boolean isLiteral(String host) {
		return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
	}

	private static List<Candidate> candidates(List<Target> targets) {
		List<Candidate> candidates = new ArrayList<>();
		for (Target target : targets) {
			try {
				for (InetAddress address : InetAddress.getAllByName(target.host())) {
					candidates.add(new Candidate(target, new InetSocketAddress(address, target.port())));
				}
			}
			catch (UnknownHostException ex) {
				candidates.add(new Candidate(target, InetSocketAddress.createUnresolved(target.host(), target.port())));
			}
		}
		return candidates;
	}

}
