package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.route.Target;
import io.framegate.testkit.TestNames;
import io.framegate.transport.TestClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which addresses a target's name has, and until when they are looked up again.
 */
class TargetResolverTests {

	/** How often each host was to be looked up again. */
	private final Map<String, AtomicInteger> rounds = new ConcurrentHashMap<>();

	/** After so many rounds, a host is no target any more. */
	private final Map<String, Integer> most = new ConcurrentHashMap<>();

	private final TargetResolver resolver = resolver(Duration.ofMillis(1));

	@AfterEach
	void stop() {
		this.resolver.stop();
	}

	private TargetResolver resolver(Duration every) {
		return new TargetResolver((state) -> {
			String host = state.target().host();
			return rounds(host).incrementAndGet() <= this.most.getOrDefault(host, Integer.MAX_VALUE);
		}, every);
	}

	private AtomicInteger rounds(String host) {
		return this.rounds.computeIfAbsent(host, (any) -> new AtomicInteger());
	}

	private static TargetState target(String host) {
		return new TargetState(new Target(host, 7), 3, new TestClock());
	}

	private TargetState start(String host) {
		TargetState state = target(host);
		this.resolver.start(state);
		return state;
	}

	/** Waits until another host was looked up some more times. */
	private void awaitOthersRounds() {
		int before = rounds("others.test").get();
		Awaitility.await().until(() -> rounds("others.test").get() - before >= 20);
	}

	private static String addresses(TargetState state) {
		return String.join(" ", state.addresses().stream().map((one) -> one.getAddress().getHostAddress()).toList());
	}

	/** The addresses of a name as they were found, and as they are tried. */
	@ParameterizedTest
	@CsvSource({ "one.test, 10.0.0.1, 10.0.0.1", "four.test, 10.0.0.2 10.0.0.1, 10.0.0.2 10.0.0.1",
			"six.test, 2001:db8::2 2001:db8::1, 2001:db8:0:0:0:0:0:2 2001:db8:0:0:0:0:0:1",
			"both.test, 10.0.0.1 2001:db8::1, 2001:db8:0:0:0:0:0:1 10.0.0.1",
			"manyfour.test, 10.0.0.1 10.0.0.2 2001:db8::1 10.0.0.3, "
					+ "2001:db8:0:0:0:0:0:1 10.0.0.1 10.0.0.2 10.0.0.3",
			"manysix.test, 2001:db8::1 2001:db8::2 2001:db8::3 10.0.0.1 10.0.0.2, "
					+ "2001:db8:0:0:0:0:0:1 10.0.0.1 2001:db8:0:0:0:0:0:2 10.0.0.2 2001:db8:0:0:0:0:0:3" })
	void familiesTakeTurns(String name, String found, String tried) {
		TestNames.put(name, found.split(" "));
		TargetState state = start(name);
		state.lookedUp().join();
		assertThat(addresses(state)).isEqualTo(tried);
		assertThat(state.addresses()).extracting(InetSocketAddress::getPort).containsOnly(7);
	}

	/** It is known at once, and never looked up again. */
	@ParameterizedTest
	@CsvSource({ "10.0.0.1, 10.0.0.1", "2001:db8::1, 2001:db8:0:0:0:0:0:1" })
	void addressNeedsNoLookUp(String host, String address) {
		TestNames.put("others.test", "10.0.0.1");
		TargetState state = start(host);
		assertThat(state.isLookedUp()).isTrue();
		assertThat(addresses(state)).isEqualTo(address);
		start("others.test");
		awaitOthersRounds();
		assertThat(rounds(host)).hasValue(0);
	}

	@Test
	void unknownNameHasNoAddress() {
		TargetState state = start("unknown.invalid");
		state.lookedUp().join();
		assertThat(state.addresses()).containsExactly(InetSocketAddress.createUnresolved("unknown.invalid", 7));
	}

	@Test
	void newAddressesReplaceTheOldOnes() {
		TestNames.put("moving.test", "10.0.0.1");
		TargetState state = start("moving.test");
		state.lookedUp().join();
		assertThat(addresses(state)).isEqualTo("10.0.0.1");
		TestNames.put("moving.test", "10.0.0.2", "10.0.0.3");
		Awaitility.await().untilAsserted(() -> assertThat(addresses(state)).isEqualTo("10.0.0.2 10.0.0.3"));
	}

	/** No name server answers: the addresses may still be right. */
	@Test
	void knownAddressesStayWhereTheNameIsNotFoundAnyMore() {
		TargetState state = target("gone.invalid");
		InetSocketAddress known = new InetSocketAddress("10.0.0.1", 7);
		state.addresses(List.of(known));
		this.resolver.start(state);
		Awaitility.await().until(() -> rounds("gone.invalid").get() >= 3);
		assertThat(state.addresses()).containsExactly(known);
	}

	@Test
	void slowNameDelaysNoOther() {
		CountDownLatch go = new CountDownLatch(1);
		TestNames.put("slow.test", "10.0.0.1");
		TestNames.hold("slow.test", go);
		TestNames.put("fast.test", "10.0.0.2");
		try {
			TargetState slow = start("slow.test");
			TargetState fast = start("fast.test");
			fast.lookedUp().join();
			assertThat(slow.isLookedUp()).isFalse();
			go.countDown();
			slow.lookedUp().join();
			assertThat(addresses(slow)).isEqualTo("10.0.0.1");
		}
		finally {
			go.countDown();
		}
	}

	@Test
	void whatIsNoTargetAnyMoreIsNotLookedUpAgain() {
		TestNames.put("left.test", "10.0.0.1");
		TestNames.put("others.test", "10.0.0.1");
		this.most.put("left.test", 2);
		TargetState state = start("left.test");
		Awaitility.await().until(() -> rounds("left.test").get() == 3);
		TestNames.put("left.test", "10.0.0.2");
		start("others.test");
		awaitOthersRounds();
		assertThat(rounds("left.test")).hasValue(3);
		assertThat(addresses(state)).isEqualTo("10.0.0.1");
	}

	@Test
	void nothingIsLookedUpAgainOnceItIsStopped() {
		TestNames.put("stopped.test", "10.0.0.1");
		TestNames.put("others.test", "10.0.0.1");
		TargetResolver stopped = resolver(Duration.ofMillis(1));
		stopped.start(target("stopped.test"));
		Awaitility.await().until(() -> rounds("stopped.test").get() >= 3);
		stopped.stop();
		start("others.test");
		Awaitility.await().until(() -> {
			int before = rounds("stopped.test").get();
			awaitOthersRounds();
			return rounds("stopped.test").get() == before;
		});
	}

	/** The next look-up is far away. */
	@Test
	void pauseIsAsLongAsItIsMeantToBe() {
		TestNames.put("paused.test", "10.0.0.1");
		TestNames.put("others.test", "10.0.0.1");
		TargetResolver patient = resolver(Duration.ofHours(1));
		patient.start(target("paused.test"));
		start("others.test");
		awaitOthersRounds();
		assertThat(rounds("paused.test")).hasValue(0);
		patient.stop();
		assertThat(TargetResolver.LOOK_UP_EVERY).hasSeconds(5);
	}

}
