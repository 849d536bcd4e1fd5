package io.framegate.relay;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of exchanges of clients that pipeline and die, over servers that answer late,
 * twice, in halves or not at all, hang up, refuse and come and go. No reply reaches a
 * wrong request, no request reaches a server twice, and what was thrown away is counted
 * to the last frame.
 */
@Timeout(60)
class TortureTests {

	private static final int CLIENTS = 32;

	private static final Acts EXCLUSIVE = Acts.of("late", "twice", "soil", "half", "close", "reset", "silent");

	private static final Acts ORDERED = Acts.of("late", "half", "close", "silent");

	private static final Acts KEYED = Acts.of("late", "twice", "twice-slowly", "half", "close", "silent", "skip",
			"stray");

	/** Where the number of a request stands in it, and in its reply. */
	private static final String[] KEY = { "regex-request=^([0-9]{6})", "regex-reply=^([0-9]{6})" };

	@AutoClose
	private static Gateway gateway;

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec tormented(String name, int connections) {
		return route(name).pooled()
			.with("timeouts.reply=400ms", "upstream.on-failure=reply",
					"upstream.on-failure-reply=" + TormentedClient.SORRY,
					"upstream.pool.max-connections=" + connections);
	}

	@Test
	void exclusive() throws Exception {
		torment(tormented("exclusive", 16), false, EXCLUSIVE);
	}

	@Test
	void exclusiveWithKeysToCheck() throws Exception {
		torment(tormented("checked", 48).correlation(KEY), false, KEYED);
	}

	@Test
	void ordered() throws Exception {
		torment(tormented("ordered", 8).ordered(), false, ORDERED);
	}

	@Test
	void orderedWithKeysToCheck() throws Exception {
		torment(tormented("ordered-checked", 8).ordered().correlation(KEY), false, KEYED);
	}

	@Test
	void correlated() throws Exception {
		torment(tormented("correlated", 8).correlated(KEY).correlated("rewrite=true"), true, KEYED);
	}

	private static void torment(RouteSpec route, boolean keyed, Acts acts) throws Exception {
		try (TormentingServers servers = new TormentingServers(keyed)) {
			gateway.configure(route.to(servers.addresses() + ",127.0.0.1:" + TestPorts.refused()));
			torment(route.name(), servers, acts);
		}
	}

	private static void torment(String route, TormentingServers servers, Acts acts) throws Exception {
		TormentedClient.Tally patient = run(route, acts, false);
		assertThat(patient.wrong()).isEmpty();
		awaitQuiet(route, servers);
		assertThat(servers.seenTwice()).isEmpty();
		assertThat(frames(route, "in")).isEqualTo(patient.sent());
		assertThat(frames(route, "out")).isEqualTo(patient.good() + patient.sorry());
		assertThat(patient.good() + patient.sorry()).isEqualTo(patient.sent());
		assertThat(exchanges(route)).isEqualTo(patient.good());
		assertThat(patient.good()).isGreaterThan(patient.sent() / 4);
		assertThat(undelivered(route)).isLessThanOrEqualTo(patient.sent() - servers.seen());
		assertBalance(route, servers);

		TormentedClient.Tally dying = run(route, acts, true);
		assertThat(dying.wrong()).isEmpty();
		awaitQuiet(route, servers);
		assertThat(servers.seenTwice()).isEmpty();
		assertThat(exchanges(route)).isGreaterThanOrEqualTo(patient.good() + dying.good());
		assertBalance(route, servers);
		System.out.printf("%s: %d requests, %d good, %d failed, %d by clients that died; %s%n", route,
				patient.sent() + dying.sent(), patient.good() + dying.good(), patient.sorry() + dying.sorry(),
				dying.dead(), servers);
		if (!route.equals("correlated")) {
			servers.awaitEndOfSoiled(Duration.ofSeconds(20));
			if (!route.startsWith("ordered")) {
				// The one that was in flight.
				assertThat(servers.mostAfterSoil()).isLessThanOrEqualTo(1);
			}
			awaitPoisoned(route);
		}
	}

	/**
	 * A reply that cannot be an exchange's is the end of its connection. With one that
	 * comes again ({@code doubled}), the exchange in flight still ends first, and may
	 * bring another such reply: those connections are the servers' to watch.
	 */
	private static void awaitPoisoned(String route) {
		long unexpectedReplies = Stream.of("unsolicited", "unmatched")
			.mapToLong((cause) -> discarded(route, cause))
			.sum();
		Gateway.await("the connections of " + unexpectedReplies + " strays of " + route + " to have ended",
				() -> Optional.of(poisoned(route)).filter((ended) -> ended >= unexpectedReplies));
	}

	private static long poisoned(String route) {
		return (long) gateway
			.metric("framegate_connections_closed_total{reason=\"late-reply\",route=\"%s\",side=\"upstream\"}"
				.formatted(route));
	}

	/** Every reply that a server sent was given to its client or thrown away. */
	private static void assertBalance(String route, TormentingServers servers) {
		long thrownAway = List.of("late", "doubled", "unsolicited", "unmatched", "client-gone")
			.stream()
			.mapToLong((cause) -> discarded(route, cause))
			.sum();
		assertThat(exchanges(route) + thrownAway).as(servers.toString()).isEqualTo(servers.replies());
		assertThat(discarded(route, "half")).isEqualTo(servers.halves());
	}

	private static TormentedClient.Tally run(String route, Acts acts, boolean mayDie) throws Exception {
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Callable<TormentedClient.Tally>> clients = IntStream.range(0, CLIENTS)
				.mapToObj((i) -> new TormentedClient(gateway.port(route), i, acts, route.equals("correlated"), mayDie))
				.map((client) -> (Callable<TormentedClient.Tally>) client::run)
				.toList();
			TormentedClient.Tally all = TormentedClient.Tally.NONE;
			for (Future<TormentedClient.Tally> tally : threads.invokeAll(clients, 50, TimeUnit.SECONDS)) {
				all = all.plus(tally.get());
			}
			return all;
		}
	}

	/** Until late replies have come, too. */
	private static void awaitQuiet(String route, TormentingServers servers) {
		Gateway.await("no clients", () -> Optional.of(gateway.route(route).metrics())
			.filter((metrics) -> metrics.active(io.framegate.closure.Side.INBOUND) == 0));
		servers.awaitQuiet(Duration.ofSeconds(10));
		Gateway.await("the last reply to be read", () -> {
			long before = exchanges(route);
			long in = gateway.connections(route).stream().mapToLong((connection) -> connection.framesIn()).sum();
			servers.awaitQuiet(Duration.ofSeconds(10));
			return Optional.of(before)
				.filter((count) -> count == exchanges(route) && in == gateway.connections(route)
					.stream()
					.mapToLong((connection) -> connection.framesIn())
					.sum());
		});
	}

	private static long frames(String route, String direction) {
		return (long) gateway
			.metric("framegate_frames_total{direction=\"%s\",route=\"%s\"}".formatted(direction, route));
	}

	private static long undelivered(String route) {
		return (long) gateway.metric("framegate_frames_undelivered_total{route=\"%s\"}".formatted(route));
	}

	private static long exchanges(String route) {
		return (long) gateway.metric("framegate_exchange_seconds_count{route=\"%s\"}".formatted(route));
	}

	private static long discarded(String route, String cause) {
		return (long) gateway
			.metric("framegate_replies_discarded_total{cause=\"%s\",route=\"%s\"}".formatted(cause, route));
	}

}
