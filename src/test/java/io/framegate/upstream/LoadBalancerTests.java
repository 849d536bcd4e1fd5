package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import io.framegate.route.Balance;
import io.framegate.route.Target;
import io.framegate.transport.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In which order the policies try targets.
 */
class LoadBalancerTests {

	private static final int CLIENTS = 60;

	private final List<TargetState> targets = List.of(target("a"), target("b"), target("c"));

	private static TargetState target(String name) {
		return new TargetState(new Target(name, 7), 3, new TestClock());
	}

	private static String text(List<TargetState> targets) {
		return String.join("", targets.stream().map((state) -> state.target().host()).toList());
	}

	private static InetAddress client(int number) {
		try {
			return InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) number });
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Connections are those of a, b and c; orders are those of one call after the other.
	 */
	@ParameterizedTest
	@CsvSource({ "FAILOVER, 0 0 0, abc abc abc abc", "FAILOVER, 9 0 0, abc abc", "ROUND_ROBIN, 0 0 0, abc bca cab abc",
			"ROUND_ROBIN, 9 0 0, abc bca cab abc", "LEAST_CONNECTIONS, 0 0 0, abc bca cab abc",
			"LEAST_CONNECTIONS, 2 1 3, bac bac bac bac", "LEAST_CONNECTIONS, 1 0 0, bca bca cba bca" })
	void order(Balance policy, String connections, String orders) {
		int[] counts = Arrays.stream(connections.split(" ")).mapToInt(Integer::parseInt).toArray();
		for (int i = 0; i < counts.length; i++) {
			IntStream.range(0, counts[i]).forEach(connect(i));
		}
		LoadBalancer balancer = LoadBalancer.of(policy);
		for (String expected : orders.split(" ")) {
			assertThat(text(balancer.order(this.targets, null))).isEqualTo(expected);
		}
	}

	private IntConsumer connect(int target) {
		return (i) -> this.targets.get(target).begun();
	}

	@ParameterizedTest
	@CsvSource({ "FAILOVER, false, true, false, false", "ROUND_ROBIN, true, false, false, false",
			"LEAST_CONNECTIONS, true, false, false, true", "SOURCE_HASH, false, false, true, false" })
	void whatPoliciesPrefer(Balance policy, boolean spreads, boolean first, boolean homes, boolean leastBusy) {
		LoadBalancer balancer = LoadBalancer.of(policy);
		assertThat(balancer.spreads()).isEqualTo(spreads);
		assertThat(balancer.prefersFirst()).isEqualTo(first);
		assertThat(balancer.hasHomes()).isEqualTo(homes);
		assertThat(balancer.prefersLeastBusy()).isEqualTo(leastBusy);
	}

	@Test
	void failoverLinksLeadToTheFirstWhoseNameIsKnown() {
		LoadBalancer failover = LoadBalancer.of(Balance.FAILOVER);
		assertThat(text(failover.forLinks(this.targets))).isEqualTo("a");
		this.targets.get(1).addresses(List.of(new InetSocketAddress(client(1), 7)));
		assertThat(text(failover.forLinks(this.targets))).isEqualTo("b");
		assertThat(text(LoadBalancer.of(Balance.ROUND_ROBIN).forLinks(this.targets))).isEqualTo("abc");
	}

	@Test
	void clientHasItsTargetAlways() {
		List<String> first = homes(LoadBalancer.of(Balance.SOURCE_HASH), this.targets);
		assertThat(homes(LoadBalancer.of(Balance.SOURCE_HASH), this.targets.reversed())).isEqualTo(first);
		assertThat(first).contains("a", "b", "c");
	}

	@Test
	void targetThatGoesMovesOnlyItsOwnClients() {
		LoadBalancer hash = LoadBalancer.of(Balance.SOURCE_HASH);
		List<String> before = homes(hash, this.targets);
		List<String> after = homes(hash, List.of(this.targets.get(0), this.targets.get(2)));
		for (int i = 0; i < CLIENTS; i++) {
			if (!before.get(i).equals("b")) {
				assertThat(after.get(i)).as("client %d", i).isEqualTo(before.get(i));
			}
		}
	}

	private static List<String> homes(LoadBalancer balancer, List<TargetState> up) {
		List<String> homes = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			homes.add(balancer.order(up, client(i)).getFirst().target().host());
		}
		return homes;
	}

}
