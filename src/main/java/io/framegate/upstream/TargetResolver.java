package io.framegate.upstream;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.framegate.route.Target;
import io.netty.util.NetUtil;

/**
 * Resolves the names of targets, at the start and again every {@link #LOOK_UP_EVERY}.
 * Resolving blocks: never on an event loop. It runs on a platform thread, because it
 * would hold a virtual thread's carrier, and two that hang would stop all virtual
 * threads. Any thread may call.
 */
final class TargetResolver {

	/** How often names are resolved again. */
	static final Duration LOOK_UP_EVERY = Duration.ofSeconds(5);

	/** A thread for each name that is being resolved. */
	private static final ExecutorService THREADS = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), Thread.ofPlatform().daemon().name("framegate-name-", 0).factory());

	private final Predicate<TargetState> isTarget;

	private final Duration every;

	private final CountDownLatch stopped = new CountDownLatch(1);

	/**
	 * Nothing is resolved yet.
	 * @param isTarget whether a target still is one, so that its name is needed
	 */
	TargetResolver(Predicate<TargetState> isTarget) {
		this(isTarget, LOOK_UP_EVERY);
	}

	TargetResolver(Predicate<TargetState> isTarget, Duration every) {
		this.isTarget = isTarget;
		this.every = every;
	}

	/**
	 * Begins to resolve a target's name: no target waits for another.
	 * @param state the target
	 */
	void start(TargetState state) {
		if (isLiteral(state.target().host())) {
			lookUp(state);
		}
		else {
			Thread.ofVirtual().name("framegate-resolver-" + state.target()).start(() -> {
				lookUp(state);
				lookUpAgainAndAgain(state);
			});
		}
	}

	void stop() {
		this.stopped.countDown();
	}

	private void lookUpAgainAndAgain(TargetState state) {
		try {
			while (!this.stopped.await(this.every.toMillis(), TimeUnit.MILLISECONDS) && this.isTarget.test(state)) {
				lookUp(state);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void lookUp(TargetState state) {
		try {
			state.addresses(resolve(state.target()));
		}
		catch (UnknownHostException ex) {
			// The addresses known before may still be right.
			if (state.addresses().isEmpty()) {
				Target target = state.target();
				state.addresses(List.of(InetSocketAddress.createUnresolved(target.host(), target.port())));
			}
		}
	}

	private static boolean isLiteral(String host) {
		return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
	}

	/**
	 * All addresses of a target, the families in turn as RFC 8305 section 4 has it.
	 * @param target the target
	 * @return at least one address
	 * @throws UnknownHostException if the name is not known
	 */
	private static List<InetSocketAddress> resolve(Target target) throws UnknownHostException {
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
