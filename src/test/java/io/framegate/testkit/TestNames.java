package io.framegate.testkit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Host names that only tests know; all others are looked up as ever.
 */
public final class TestNames extends InetAddressResolverProvider {

	private static final Map<String, List<String>> NAMES = new ConcurrentHashMap<>();

	private static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();

	/**
	 * Gives a name addresses.
	 * @param name the name
	 * @param addresses its addresses, in the order in which they are to be found
	 */
	public static void put(String name, String... addresses) {
		NAMES.put(name, List.of(addresses));
	}

	/**
	 * Has look-ups of a name take until they are told to go on.
	 * @param name the name
	 * @param go counted down when they may
	 */
	public static void hold(String name, CountDownLatch go) {
		HELD.put(name, go);
	}

	@Override
	public String name() {
		return "testkit";
	}

	@Override
	public InetAddressResolver get(Configuration configuration) {
		InetAddressResolver system = configuration.builtinResolver();
		return new InetAddressResolver() {

			@Override
			public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
				await(HELD.get(host));
				List<String> addresses = NAMES.get(host);
				return (addresses != null) ? addresses.stream().map(TestNames::address)
						: system.lookupByName(host, policy);
			}

			@Override
			public String lookupByAddress(byte[] address) throws UnknownHostException {
				return system.lookupByAddress(address);
			}
		};
	}

	private static void await(@Nullable CountDownLatch go) {
		try {
			if (go != null) {
				go.await();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static InetAddress address(String literal) {
		return InetAddress.ofLiteral(literal);
	}

}
