package io.framegate.link;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.route.Pool;
import io.framegate.route.Upstream;
import io.framegate.transport.TestClock;
import io.framegate.upstream.Evidence;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Why a link is to end though nothing is wrong with it.
 */
class RetirementPolicyTests {

	/** Any time will do, also one after which the clock overflows. */
	private static final long OPENED = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

	private final TestLinkSettings settings = new TestLinkSettings();

	private boolean canMove = true;

	private Targets targets(String balance) {
		Map<String, String> properties = new TreeMap<>(Map.of("balance", balance, "targets[0]", "127.0.0.1:7",
				"targets[1]", "127.0.0.2:7", "health-check.fall", "1"));
		Upstream upstream = TestLinkSettings.upstream(properties);
		Targets targets = new Targets(upstream, this.settings.metrics(), new TestClock());
		targets.start();
		return targets;
	}

	private RetirementPolicy retirement(Targets targets, Duration maxIdle, Duration maxAge) {
		Pool pool = new Pool(null, Duration.ofSeconds(5), maxIdle, maxAge, Duration.ZERO);
		return new RetirementPolicy(targets, pool, (target) -> this.canMove);
	}

	private @Nullable Cause cause(Targets targets, TargetState target, String address) {
		return retirement(targets, Duration.ZERO, Duration.ZERO).cause(target, new InetSocketAddress(address, 7),
				OPENED, OPENED);
	}

	private static Cause retired(String detail) {
		return Cause.byGateway(CloseReason.RETIRED, detail);
	}

	@Test
	void linkThatIsAsItShouldBeStays() {
		Targets targets = targets("round-robin");
		assertThat(cause(targets, targets.all().getFirst(), "127.0.0.1")).isNull();
		assertThat(cause(targets, targets.all().getLast(), "127.0.0.2")).isNull();
	}

	@Test
	void targetIsNoneAnyMore() {
		assertThat(cause(targets("round-robin"), targets("round-robin").all().getFirst(), "127.0.0.1"))
			.isEqualTo(retired("not a target any more"));
	}

	@Test
	void addressIsTheTargetsNoMore() {
		Targets targets = targets("round-robin");
		assertThat(cause(targets, targets.all().getFirst(), "127.0.0.3"))
			.isEqualTo(retired("not an address of the target any more"));
	}

	@Test
	void silentTargetIsLeftWhereAnotherIsUp() {
		Targets targets = targets("round-robin");
		TargetState first = targets.all().getFirst();
		first.failed(Evidence.ANSWER);
		assertThat(cause(targets, first, "127.0.0.1")).isEqualTo(retired("the target does not answer"));
		targets.all().getLast().failed(Evidence.CONNECT);
		assertThat(cause(targets, first, "127.0.0.1")).isNull();
	}

	@Test
	void preferredTargetIsUpAgain() {
		Targets targets = targets("failover");
		TargetState first = targets.all().getFirst();
		TargetState second = targets.all().getLast();
		assertThat(cause(targets, second, "127.0.0.2")).isEqualTo(retired("a preferred target is up again"));
		assertThat(cause(targets, first, "127.0.0.1")).isNull();
		this.canMove = false;
		assertThat(cause(targets, second, "127.0.0.2")).isNull();
		this.canMove = true;
		first.failed(Evidence.CONNECT);
		assertThat(cause(targets, second, "127.0.0.2")).isNull();
	}

	/** The limit and how old it is, both in milliseconds. */
	@ParameterizedTest
	@CsvSource({ "0, 100000, false", "2000, 1999, false", "2000, 2000, true", "2000, 100000, true" })
	void linkIsTooOld(long limit, long age, boolean ends) {
		Targets targets = targets("round-robin");
		Cause cause = retirement(targets, Duration.ZERO, Duration.ofMillis(limit)).cause(targets.all().getFirst(),
				new InetSocketAddress("127.0.0.1", 7), OPENED, OPENED + TimeUnit.MILLISECONDS.toNanos(age));
		assertThat(cause).isEqualTo(ends ? Cause.byGateway(CloseReason.MAX_AGE, "pool.max-age (2s)") : null);
	}

	@ParameterizedTest
	@CsvSource({ "0, 100000, false", "2000, 1999, false", "2000, 2000, true" })
	void linkIsFreeForTooLong(long limit, long free, boolean ends) {
		Cause cause = retirement(targets("round-robin"), Duration.ofMillis(limit), Duration.ZERO).whyIdle(OPENED,
				OPENED + TimeUnit.MILLISECONDS.toNanos(free));
		assertThat(cause).isEqualTo(ends ? Cause.byGateway(CloseReason.IDLE_TIMEOUT, "pool.max-idle (2s)") : null);
	}

}
