package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Target;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of a route's targets come first, by what is known of each.
 */
class TargetsTests {

	private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.1");

	private final TestClock clock = new TestClock();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	/** Targets a, b and c, whose names are not looked up. */
	private Targets targets(String balance) {
		return targets(balance, "a", "b", "c");
	}

	private Targets targets(String balance, String... hosts) {
		Map<String, String> properties = new TreeMap<>(Map.of("balance", balance, "health-check.fall", "1"));
		for (int i = 0; i < hosts.length; i++) {
			properties.put("targets[" + i + "]", hosts[i] + ":7");
		}
		return new Targets(TestUpstreamSide.of(properties),
				new RouteMetrics("orders", new Timeouts(Map.of()), this.registry), this.clock);
	}

	private static @Nullable TargetState state(Targets targets, @Nullable String name) {
		return targets.all().stream().filter((one) -> one.target().host().equals(name)).findFirst().orElse(null);
	}

	private static void each(Targets targets, @Nullable String names, Consumer<TargetState> does) {
		if (names != null) {
			names.chars().forEach((name) -> does.accept(state(targets, Character.toString(name))));
		}
	}

	private static void lookUp(Targets targets, @Nullable String names) {
		each(targets, names, (state) -> state.addresses(List.of(new InetSocketAddress("127.0.0.1", 7))));
	}

	private static String text(List<TargetState> targets) {
		return String.join("", targets.stream().map((state) -> state.target().host()).toList());
	}

	/** Those looked up, ejected and down, which is wanted first; and the order. */
	@ParameterizedTest
	@CsvSource({ "abc, , , , abc", "bc, , , , bca", ", , , , abc", "abc, a, , , bc", "abc, , a, , bc",
			"abc, abc, , , abc", "abc, a, bc, , a", "abc, , abc, , ''", "abc, , , c, cab", "abc, , , b, bac",
			"ab, , , c, abc", "abc, , c, c, ab", "abc, c, , c, ab", "abc, abc, , c, cab" })
	void orderIsThatOfThoseThatAreUp(@Nullable String lookedUp, @Nullable String ejected, @Nullable String down,
			@Nullable String first, String order) {
		Targets targets = targets("failover");
		lookUp(targets, lookedUp);
		each(targets, ejected, (state) -> state.failed(Evidence.CONNECT));
		each(targets, down, (state) -> state.down(true));
		assertThat(text(targets.toTry(null, state(targets, first)))).isEqualTo(order);
	}

	@ParameterizedTest
	@CsvSource({ "failover, , , a", "failover, a, , b", "failover, , ab, c", "round-robin, , , abc",
			"round-robin, a, , bc", "round-robin, abc, , abc", "round-robin, ab, c, ab" })
	void permanentLinksLeadToThoseThatAreUp(String balance, @Nullable String ejected, @Nullable String down,
			String expected) {
		Targets targets = targets(balance);
		lookUp(targets, "abc");
		each(targets, ejected, (state) -> state.failed(Evidence.CONNECT));
		each(targets, down, (state) -> state.down(true));
		assertThat(text(targets.forLinks())).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "failover, a, b, true", "failover, b, a, false", "failover, a, a, false", "failover, , a, false",
			"round-robin, a, b, false" })
	void isBefore(String balance, @Nullable String one, String other, boolean before) {
		Targets targets = targets(balance);
		assertThat(targets.isBefore(state(targets, one), state(targets, other))).isEqualTo(before);
	}

	@Test
	void targetOfAnotherRouteIsBeforeNone() {
		Targets targets = targets("failover");
		assertThat(targets.isBefore(targets("failover").all().getFirst(), targets.all().getLast())).isFalse();
	}

	/** Better than b is only a, once its name is known. */
	@ParameterizedTest
	@CsvSource({ "abc, , true", "bc, , false", "abc, a, false", "c, , false" })
	void isBetterUp(String lookedUp, @Nullable String down, boolean better) {
		Targets targets = targets("failover");
		lookUp(targets, lookedUp);
		each(targets, down, (state) -> state.down(true));
		assertThat(targets.isBetterUpThan(state(targets, "b"))).isEqualTo(better);
	}

	/** What is known of a, which others are down, and whether a is left. */
	@ParameterizedTest
	@CsvSource({ "well, '', false", "down, '', true", "down, b, true", "down, bc, false", "silent, '', true",
			"silent, bc, false", "refusing, '', false" })
	void isToBeLeft(String known, String down, boolean left) {
		Targets targets = targets("round-robin");
		TargetState state = state(targets, "a");
		switch (known) {
			case "down" -> state.down(true);
			case "silent" -> state.failed(Evidence.ANSWER);
			case "refusing" -> state.failed(Evidence.CONNECT);
			default -> state.connected();
		}
		each(targets, down, (other) -> other.down(true));
		assertThat(targets.isToBeLeft(state)).isEqualTo(left);
	}

	@ParameterizedTest
	@CsvSource({ "'', true", "b, true", "bc, false" })
	void isOtherUp(String down, boolean other) {
		Targets targets = targets("round-robin");
		each(targets, down, (state) -> state.down(true));
		assertThat(targets.isOtherUpThan(state(targets, "a"))).isEqualTo(other);
	}

	@Test
	void lastProbeThatWentWell() {
		Targets targets = targets("round-robin");
		assertThat(targets.lastWellAt()).isZero();
		state(targets, "b").well(Evidence.CONNECT);
		assertThat(targets.lastWellAt()).isEqualTo(state(targets, "b").wellAt());
		this.clock.pass(1);
		state(targets, "a").well(Evidence.CONNECT);
		assertThat(state(targets, "a").wellAt() - state(targets, "b").wellAt()).isPositive();
		assertThat(targets.lastWellAt()).isEqualTo(state(targets, "a").wellAt());
		state(targets, "c").down(true);
		assertThat(targets.lastWellAt()).isEqualTo(state(targets, "a").wellAt());
	}

	@Test
	void clientHasAHomeOnlyWhereThePolicySaysSo() {
		assertThat(targets("round-robin").home(CLIENT)).isNull();
		Targets targets = targets("source-hash");
		lookUp(targets, "abc");
		TargetState home = targets.home(CLIENT);
		assertThat(home).isNotNull();
		assertThat(targets.home(CLIENT)).isSameAs(home);
		home.down(true);
		assertThat(targets.home(CLIENT)).isNotNull().isNotSameAs(home);
		targets.change(List.of(home.target()));
		assertThat(targets.home(CLIENT)).as("of one alone").isNull();
	}

	@Test
	void thoseThatStayKeepTheirState() {
		Targets targets = targets("failover", "127.0.0.1", "127.0.0.2");
		targets.start();
		List<TargetState> before = targets.all();
		before.get(1).down(true);
		targets.change(List.of(new Target("127.0.0.9", 7), new Target("127.0.0.2", 7)));
		assertThat(text(targets.all())).isEqualTo("127.0.0.9127.0.0.2");
		assertThat(targets.all().get(1)).isSameAs(before.get(1));
		assertThat(targets.all()).allMatch(TargetState::isLookedUp);
		assertThat(this.registry.find("framegate.upstream.up").gauges())
			.extracting((gauge) -> gauge.getId().getTag("target"))
			.containsExactlyInAnyOrder("127.0.0.9:7", "127.0.0.2:7");
	}

	@Test
	void oneAloneIsNotSpread() {
		Targets targets = targets("round-robin");
		assertThat(targets.isSpread()).isTrue();
		targets.change(List.of(new Target("a", 7)));
		assertThat(targets.isSpread()).isFalse();
		assertThat(targets("failover").isSpread()).isFalse();
	}

	@Test
	void thoseThatAreUpTakeTurns() {
		Targets targets = targets("round-robin");
		state(targets, "b").down(true);
		assertThat(text(targets.inTurn())).isEqualTo("ac");
		assertThat(text(targets.inTurn())).isEqualTo("ca");
		each(targets, "ac", (state) -> state.down(true));
		assertThat(targets.inTurn()).isEmpty();
	}

}
