package io.framegate.exchange;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.framegate.transport.EventLoops;
import io.framegate.transport.TestLoops;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In which order exchanges that wait are taken.
 */
class FairQueueTests {

	private static final Predicate<Exchange> ANY = (exchange) -> true;

	@AutoClose
	private static EventLoops loops;

	private final FairQueue queue = new FairQueue();

	private final Requester one = new TestRequester(loops.all().getFirst(), "127.0.0.1");

	private final Requester two = new TestRequester(loops.all().getFirst(), "127.0.0.2");

	@BeforeAll
	static void start() {
		loops = TestLoops.start();
	}

	private Exchange add(Requester client, String request) {
		Exchange exchange = new Exchange(client, request.getBytes(StandardCharsets.UTF_8));
		this.queue.add(exchange);
		return exchange;
	}

	private static String text(Exchange exchange) {
		return (exchange != null) ? new String(exchange.request(), StandardCharsets.UTF_8) : null;
	}

	private List<String> all(Predicate<Exchange> goes) {
		List<String> taken = new ArrayList<>();
		for (Exchange next = this.queue.poll(goes); next != null; next = this.queue.poll(goes)) {
			taken.add(text(next));
		}
		return taken;
	}

	@Test
	void clientsTakeTurns() {
		List.of("a1", "a2", "a3").forEach((request) -> add(this.one, request));
		List.of("b1", "b2").forEach((request) -> add(this.two, request));
		assertThat(all(ANY)).containsExactly("a1", "b1", "a2", "b2", "a3");
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void clientWhoseFirstCannotGoKeepsNobodyElseWaiting() {
		List.of("a1", "a2").forEach((request) -> add(this.one, request));
		List.of("b1", "b2").forEach((request) -> add(this.two, request));
		assertThat(all((exchange) -> exchange.origin() == this.two)).containsExactly("b1", "b2");
		assertThat(this.queue.holds(this.one)).isTrue();
		assertThat(this.queue.holds(this.two)).isFalse();
		assertThat(this.queue.size()).isEqualTo(2);
	}

	@Test
	void oneClientsNextIsTakenOutOfTurn() {
		List.of("a1", "a2").forEach((request) -> add(this.one, request));
		add(this.two, "b1").cancel();
		add(this.two, "b2");
		assertThat(text(this.queue.poll(this.two, (exchange) -> false))).isNull();
		assertThat(text(this.queue.poll(this.two, ANY))).isEqualTo("b2");
		assertThat(text(this.queue.poll(this.two, ANY))).isNull();
		assertThat(this.queue.holds(this.two)).isFalse();
		add(this.two, "b3");
		add(this.two, "b4");
		// It still has one turn, not two.
		assertThat(all(ANY)).containsExactly("a1", "b3", "a2", "b4");
		assertThat(this.queue.size()).isZero();
		this.queue.tidy();
		add(this.one, "a3");
		assertThat(all(ANY)).containsExactly("a3");
	}

	@Test
	void whatComesBackIsNextOfItsClient() {
		add(this.one, "a2");
		this.queue.addFirst(new Exchange(this.one, "a1".getBytes(StandardCharsets.UTF_8)));
		assertThat(all(ANY)).containsExactly("a1", "a2");
	}

	@Test
	void whatWaitedTooLongIsTakenOut() {
		add(this.one, "a1");
		add(this.one, "a2").cancel();
		add(this.two, "b1");
		assertThat(this.queue.removeIf((exchange) -> exchange.origin() == this.one)).extracting(FairQueueTests::text)
			.containsExactly("a1");
		assertThat(this.queue.holds(this.one)).isFalse();
		assertThat(all(ANY)).containsExactly("b1");
	}

	@Test
	void nextAddressIsThatOfTheFirstClientForWhomSomethingWaits() {
		List.of("a1", "a2").forEach((request) -> add(this.one, request));
		add(this.two, "b1");
		assertThat(text(this.queue.peek())).isEqualTo("a1");
		assertThat(this.queue.nextAddress()).isEqualTo(this.one.address());
		this.queue.removeIf((exchange) -> exchange.origin() == this.one);
		assertThat(text(this.queue.peek())).isEqualTo("b1");
		assertThat(this.queue.nextAddress()).isEqualTo(this.two.address());
		this.queue.removeIf(ANY);
		assertThat(this.queue.peek()).isNull();
		assertThat(this.queue.nextAddress()).isNull();
	}

	@Test
	void onlyTheFirstOfEachClientIsAskedFor() {
		List.of("a1", "a2").forEach((request) -> add(this.one, request));
		add(this.two, "b1");
		assertThat(this.queue.anyFirst((exchange) -> text(exchange).equals("a2"))).isFalse();
		assertThat(this.queue.anyFirst((exchange) -> text(exchange).equals("b1"))).isTrue();
	}

	@Test
	void clientWhoComesBackAfterAllWereForgottenHasOneTurn() {
		add(this.one, "a0");
		this.queue.removeIf(ANY);
		this.queue.tidy();
		List.of("a1", "a2").forEach((request) -> add(this.one, request));
		add(this.two, "b1");
		assertThat(all(ANY)).containsExactly("a1", "b1", "a2");
	}

	@Test
	void nobodyIsForgottenWhileSomethingWaits() {
		add(this.one, "a1");
		this.queue.tidy();
		assertThat(this.queue.holds(this.one)).isTrue();
		assertThat(all(ANY)).containsExactly("a1");
	}

}
