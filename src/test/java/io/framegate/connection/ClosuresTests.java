package io.framegate.connection;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.LoggedClosures;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClosuresTests {

	private static final Predicate<Closure> ALL = (closure) -> true;

	private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");

	private static Closure closure(String route, int number, String host, CloseReason reason, long frames,
			long openMillis) {
		Instant closed = START.plusMillis(number);
		return new Closure("c-" + number, route, Side.INBOUND, host + ":" + (10_000 + number), null, reason,
				EndedBy.INBOUND, "", closed.minusMillis(openMillis), closed, frames, 0, 3, 0,
				new Closure.Undelivered(0, 0), 3, 1);
	}

	private static Closure torso(String route, int number, String host) {
		return closure(route, number, host, CloseReason.TRUNCATED_FRAME, 0, 1);
	}

	@Test
	void oneRouteDoesNotPushOutWhatIsKnownOfAnother() {
		try (ClosureLog closures = new ClosureLog(100)) {
			closures.add(closure("quiet", 0, "10.0.0.1", CloseReason.IDLE_TIMEOUT, 1, 60_000));
			for (int i = 1; i <= 1000; i++) {
				closures.add(closure("busy", i, "10.0.0.2", CloseReason.INBOUND_EOF, 1, 1));
			}
			assertThat(closures.newest((closure) -> closure.route().equals("quiet"), 10)).hasSize(1);
			assertThat(closures.newest(ALL, 1000)).hasSize(101)
				.extracting(Closure::id)
				.startsWith("c-1000", "c-999")
				.endsWith("c-901", "c-0");
		}
	}

	@Test
	void allRoutesTogetherAreBounded() {
		try (ClosureLog closures = new ClosureLog(10)) {
			for (int i = 0; i < 5000; i++) {
				closures.add(closure("r" + (i % 50), i, "10.0.0.2", CloseReason.INBOUND_EOF, 1, 1));
			}
			assertThat(closures.newest(ALL, 5000)).hasSize(200);
			assertThat(closures.newest((closure) -> closure.route().equals("r0"), 10)).hasSize(4);
		}
	}

	@Test
	void peerThatHammersHasOneRecordAndOneLineWithTheirNumber() {
		try (LoggedClosures log = new LoggedClosures(); ClosureLog closures = new ClosureLog(100)) {
			closures.add(torso("r", 0, "10.0.0.1"));
			for (int i = 1; i <= 5000; i++) {
				closures.add(torso("r", i, "10.0.0.2"));
			}
			closures.add(closure("r", 5001, "10.0.0.2", CloseReason.BAD_FRAME, 0, 1));
			List<Closure> newest = closures.newest(ALL, 100);
			assertThat(newest).hasSize(13);
			assertThat(newest.get(1)).satisfies((together) -> {
				assertThat(together.id()).isEqualTo("c-5000");
				assertThat(together.count()).isEqualTo(4990);
				assertThat(together.bytesIn()).isEqualTo(4990 * 3);
			});
			assertThat(newest).filteredOn((closure) -> closure.count() == 1).hasSize(12);
			int told = Gateway.await("a line for each", () -> {
				int sum = log.lines()
					.stream()
					.mapToInt((line) -> (int) LoggedClosures.fields(line).getOrDefault("count", 1))
					.sum();
				return (sum == 5002) ? Optional.of(log.lines().size()) : Optional.empty();
			});
			assertThat(told).isLessThan(40);
		}
	}

	@Test
	void nextBurstHasRecordsOfItsOwn() {
		try (ClosureLog closures = new ClosureLog(100)) {
			for (int i = 0; i < 100; i++) {
				closures.add(torso("r", i, "10.0.0.2"));
			}
			closures.add(torso("r", 5000, "10.0.0.2"));
			assertThat(closures.newest(ALL, 2)).extracting(Closure::count).containsExactly(1, 90);
		}
	}

	@Test
	void connectionsThatDidSomethingOrLastedAreToldOneByOne() {
		try (ClosureLog closures = new ClosureLog(100)) {
			for (int i = 0; i < 30; i++) {
				closures.add(closure("r", i, "10.0.0.2", CloseReason.INBOUND_EOF, 1, 1));
				closures.add(closure("r", i, "10.0.0.2", CloseReason.INBOUND_EOF, 0, 5000));
				closures.add(closure("r", i, "10.0.0.2", CloseReason.SHUTDOWN, 0, 1));
			}
			assertThat(closures.newest(ALL, 100)).hasSize(90).allMatch((closure) -> closure.count() == 1);
		}
	}

	@Test
	void recordThatWasPushedOutIsNotAddedTo() {
		try (ClosureLog closures = new ClosureLog(12)) {
			for (int i = 0; i < 50; i++) {
				closures.add(torso("r", i, "10.0.0.2"));
			}
			for (int i = 50; i < 80; i++) {
				closures.add(closure("r", i, "10.0.0.3", CloseReason.INBOUND_EOF, 1, 1));
			}
			closures.add(torso("r", 80, "10.0.0.2"));
			assertThat(closures.newest(ALL, 1)).extracting(Closure::id, Closure::count)
				.containsExactly(org.assertj.core.groups.Tuple.tuple("c-80", 1));
		}
	}

	/** From as many addresses as there are clients. */
	@Test
	void refusedClientsShareARecordWhoeverTheyAre() {
		try (LoggedClosures log = new LoggedClosures(); ClosureLog closures = new ClosureLog(100)) {
			for (int i = 0; i < 2000; i++) {
				String host = "10.0." + (i / 250) + "." + (i % 250);
				closures.add(closure("r", i, host, CloseReason.LIMIT_RATE, 0, 1));
				closures.add(closure("r", i, host, CloseReason.TLS_HANDSHAKE_TIMEOUT, 0, 10_000));
			}
			List<Closure> newest = closures.newest(ALL, 100);
			assertThat(newest).hasSize(22);
			assertThat(newest.subList(0, 2)).extracting(Closure::id, Closure::count)
				.containsOnly(org.assertj.core.groups.Tuple.tuple("c-1999", 1990));
			int told = Gateway.await("all told", () -> {
				int sum = log.lines()
					.stream()
					.mapToInt((line) -> (int) LoggedClosures.fields(line).getOrDefault("count", 1))
					.sum();
				return (sum == 4000) ? Optional.of(log.lines().size()) : Optional.empty();
			});
			assertThat(told).isLessThan(10);
			assertThat(log.lines()).last()
				.satisfies((line) -> assertThat(line.getFormattedMessage()).endsWith(" clients were refused so"));
		}
	}

	@Test
	void connectionsThatDidNothingPushOutNoMoreThanHalf() {
		try (ClosureLog closures = new ClosureLog(100)) {
			for (int i = 0; i < 100; i++) {
				closures.add(closure("r", i, "10.0.0.2", CloseReason.INBOUND_EOF, 1, 1));
			}
			for (int i = 0; i < 5000; i++) {
				closures
					.add(closure("r", 100 + i, "10.1." + (i / 250) + "." + (i % 250), CloseReason.INBOUND_EOF, 0, 1));
			}
			List<Closure> newest = closures.newest(ALL, 1000);
			assertThat(newest).hasSize(100);
			assertThat(newest).filteredOn((closure) -> closure.framesIn() == 1)
				.hasSize(50)
				.extracting(Closure::id)
				.startsWith("c-99")
				.endsWith("c-50");
			closures.add(closure("r", 6000, "10.0.0.2", CloseReason.INBOUND_EOF, 1, 1));
			assertThat(closures.newest(ALL, 1000)).hasSize(100).first().extracting(Closure::id).isEqualTo("c-6000");
		}
	}

	@Test
	void servedClientThatClosesForLackOfMemoryHasARecordOfItsOwn() {
		try (ClosureLog closures = new ClosureLog(100)) {
			for (int i = 0; i < 30; i++) {
				closures.add(closure("r", i, "10.0.0." + i, CloseReason.OVERLOAD, 0, 60_000));
			}
			assertThat(closures.newest(ALL, 100)).hasSize(30).allMatch((closure) -> closure.count() == 1);
		}
	}

}
