package io.framegate.upstream;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.framegate.route.Target;
import io.netty.util.NetUtil;

/**
 * Looks up the addresses of targets. A look-up of a name blocks: never on an event loop.
 * It is made on a thread of the platform, for it would hold a virtual thread's carrier,
 * and two that hang all virtual threads.
 */
final class Resolver {

	/** A thread for each name that is being looked up. */
	private static final ExecutorService THREADS = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), Thread.ofPlatform().daemon().name("framegate-name-", 0).factory());

	private Resolver() {
	}

	static boolean isLiteral(String host) {
		return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
	}

	/**
	 * All addresses of a target, the families in turn as RFC 8305 section 4 has it.
	 * @param target the target
	 * @return at least one address
	 * @throws UnknownHostException where the name is not known
	 */
	static List<InetSocketAddress> resolve(Target target) throws UnknownHostException {
		List<InetAddress> six = new ArrayList<>();
		List<InetAddress> four = new ArrayList<>();
		for (InetAddress address : addresses(target.host())) {
			((address instanceof Inet6Address) ? six : four).add(address);
		}
		List<InetSocketAddress> addresses = new ArrayList<>();
		for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
			if (i < six.size()) {
				addresses.add(new InetSocketAddress(six.get(i), target.port()));
			}
			if (i < four.size()) {
				addresses.add(new InetSocketAddress(four.get(i), target.port()));
			}
		}
		return addresses;
	}

	private static InetAddress[] addresses(String host) throws UnknownHostException {
		if (isLiteral(host)) {
			return InetAddress.getAllByName(host);
		}
		try {
			return THREADS.submit(() -> InetAddress.getAllByName(host)).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new UnknownHostException(host);
		}
		catch (ExecutionException ex) {
			throw new UnknownHostException(host);
		}
	}

}
