package io.framegate.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.Exchange;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When permanent links are opened, and which of them is taken.
 */
class PermanentLinksTests {

	private static final Cause POISONED = Cause.byGateway(CloseReason.LATE_REPLY, "as the test wants it");

	/** Answers what asks for it, and nothing else. */
	private final TestUpstream server = TestUpstream.handling((peer) -> {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (line.contains("answer")) {
				peer.sendLine(line);
			}
		}
	});

	private TestLinks owner;

	private int clients;

	@AfterEach
	void close() {
		this.owner.close();
		this.server.close();
	}

	private void begin(String... properties) {
		Map<String, String> all = new TreeMap<>(Map.of("upstream.targets", this.server.address(), "upstream.pool.rest",
				"0s", "upstream.sharing", "ordered"));
		for (String property : properties) {
			all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		this.owner = new TestLinks(all);
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	/** A request of a client that has no other. */
	private Exchange exchange(String request) {
		return this.owner.exchange(this.owner.client(++this.clients), request);
	}

	@Test
	void soManyLeadToEachTarget() {
		try (TestUpstream other = TestUpstream.silent()) {
			begin("upstream.targets=" + this.server.address() + "," + other.address());
			PermanentLinks links = this.owner.opened(2);
			inLoop(() -> {
				this.owner.connector()
					.targets()
					.all()
					.forEach((target) -> assertThat(links.countTo(target)).isEqualTo(2));
				links.openPermanent();
				assertThat(links.all()).hasSize(4);
			});
		}
	}

	@Test
	void linkThatWasOfUseIsOpenedAgainAtOnce() {
		begin();
		PermanentLinks links = this.owner.opened(1);
		inLoop(() -> this.owner.send(links.all().getFirst(), exchange("01 answer")));
		Awaitility.await().until(() -> this.owner.told().contains("proven"));
		inLoop(() -> {
			links.retire(links.all().getFirst(), POISONED);
			assertThat(links.all()).isEmpty();
			links.openPermanent();
			assertThat(links.all()).hasSize(1);
		});
	}

	@Test
	void poisonedConnectionKeepsItsPlaceForAWhile() {
		begin();
		PermanentLinks links = this.owner.opened(1);
		inLoop(() -> this.owner.send(links.all().getFirst(), exchange("01 answer")));
		Awaitility.await().until(() -> this.owner.told().contains("proven"));
		inLoop(() -> {
			links.all().getFirst().poison(POISONED);
			assertThat(links.all()).isEmpty();
			links.openPermanent();
			assertThat(links.all()).isEmpty();
		});
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.count()).isZero());
		inLoop(() -> {
			links.openPermanent();
			assertThat(links.all()).hasSize(1);
		});
	}

	@Test
	void linksTakeTurns() {
		begin();
		PermanentLinks links = this.owner.opened(3);
		inLoop(() -> {
			List<Link> taken = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				taken.add(links.choose(exchange("01 request")));
			}
			Set<Link> round = new HashSet<>(taken.subList(0, 3));
			assertThat(round).containsExactlyInAnyOrderElementsOf(links.all());
			assertThat(taken.subList(3, 6)).isEqualTo(taken.subList(0, 3));
		});
	}

	@Test
	void leastBusyLinkIsTakenWhereThePolicySaysSo() {
		begin("upstream.balance=least-connections");
		PermanentLinks links = this.owner.opened(3);
		inLoop(() -> {
			List<Link> all = links.all();
			this.owner.send(all.get(0), exchange("01 request"));
			this.owner.send(all.get(0), exchange("02 request"));
			this.owner.send(all.get(2), exchange("03 request"));
			assertThat(links.choose(exchange("04 request"))).isSameAs(all.get(1));
			this.owner.send(all.get(1), exchange("04 request"));
			this.owner.send(all.get(1), exchange("05 request"));
			assertThat(links.choose(exchange("06 request"))).isSameAs(all.get(2));
		});
	}

	@Test
	void clientKeepsToItsLinkWhileItHasRequestsThere() {
		begin("upstream.balance=least-connections");
		PermanentLinks links = this.owner.opened(2);
		inLoop(() -> {
			TestLinks.Client client = this.owner.client(100);
			this.owner.send(links.all().getFirst(), this.owner.exchange(client, "01 request"));
			assertThat(links.choose(this.owner.exchange(client, "02 request"))).isSameAs(links.all().getFirst());
			assertThat(links.choose(exchange("03 request"))).isSameAs(links.all().getLast());
		});
	}

	/** How old a link may be, and how old it is. */
	@ParameterizedTest
	@CsvSource({ "10s, 9999, false", "10s, 10000, true", "0s, 1000000, false" })
	void linkThatIsTooOldIsReplaced(String limit, long millis, boolean ends) {
		begin("upstream.pool.max-age=" + limit);
		PermanentLinks links = this.owner.opened(1);
		inLoop(() -> {
			Link link = links.all().getFirst();
			links.sweep(link.openedAt() + Duration.ofMillis(millis).toNanos());
			assertThat(link.isRetiring()).isEqualTo(ends);
			assertThat(links.all()).hasSize(1);
			assertThat(links.all().contains(link)).isEqualTo(!ends);
		});
	}

	@Test
	void linksLeaveTheirTargetForABetterOneOnlyOnceThatHasALink() {
		try (TestUpstream better = TestUpstream.silent()) {
			begin("upstream.targets=" + better.address() + "," + this.server.address(), "upstream.balance=failover");
			PermanentLinks links = this.owner.permanent(1);
			inLoop(() -> {
				links.add().start(this.owner.connector(), this.owner.connector().targets().all().getLast());
			});
			Awaitility.await().until(() -> this.owner.told().contains("established"));
			inLoop(() -> {
				Link link = links.all().getFirst();
				links.sweep(System.nanoTime());
				assertThat(link.isRetiring()).isFalse();
				assertThat(links.all()).hasSize(2);
			});
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.owner.told().stream().filter("established"::equals)).hasSize(2));
			inLoop(() -> {
				Link link = links.all().getFirst();
				links.sweep(System.nanoTime());
				assertThat(link.isRetiring()).isTrue();
				assertThat(links.all()).hasSize(1);
			});
		}
	}

	/** Whether a request was answered since a connect failed, while no link is there. */
	@ParameterizedTest
	@CsvSource({ "false, UPSTREAM_REFUSED", "true, " })
	void lastFaultIsForgottenOnceALinkWasOfUse(boolean answered, @Nullable CloseReason fault) {
		begin("upstream.targets=" + this.server.address() + ",127.0.0.1:" + TestPorts.refused());
		PermanentLinks links = this.owner.permanent(1);
		inLoop(links::openPermanent);
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.told()).contains("established", "connect failed"));
		if (answered) {
			inLoop(() -> this.owner.send(links.all().getFirst(), exchange("01 answer")));
			Awaitility.await().until(() -> this.owner.told().contains("proven"));
		}
		inLoop(() -> {
			assertThat(links.connectFault()).as("while a link is there").isNull();
			links.all().getFirst().stopUse();
			Cause found = links.connectFault();
			assertThat((found != null) ? found.reason() : null).isEqualTo(fault);
		});
	}

}
