package io.framegate.link;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.exchange.Exchange;
import io.framegate.route.Heartbeat;
import io.framegate.route.Sharing;
import io.framegate.transport.EventLoops;
import io.framegate.transport.Loop;
import io.framegate.transport.TestLoops;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When heartbeats are sent, and what their answers, or none, mean.
 */
class HeartbeatsTests implements Heartbeats.Owner {

	private static final Duration INTERVAL = Duration.ofSeconds(20);

	@AutoClose
	private static EventLoops loops;

	private final List<Exchange> sent = new ArrayList<>();

	private final List<Cause> poisoned = new ArrayList<>();

	private boolean open = true;

	private boolean room = true;

	private long lastAliveAt;

	private int answered;

	@BeforeAll
	static void start() {
		loops = TestLoops.start();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private Heartbeats heartbeats(boolean oneWay, Duration interval, @Nullable String send, @Nullable String expect) {
		return new Heartbeats(this,
				new TestLinkSettings().of(oneWay, Sharing.ORDERED, new Heartbeat(interval, send, expect)));
	}

	private void inLoop(Runnable task) {
		CompletableFuture.runAsync(task, loop()::execute).join();
	}

	private long after(Exchange sent, long millis) {
		return sent.createdAt() + TimeUnit.MILLISECONDS.toNanos(millis);
	}

	@Override
	public Loop loop() {
		return loops.all().getFirst();
	}

	@Override
	public boolean isOpen() {
		return this.open;
	}

	@Override
	public long lastAliveAt() {
		return this.lastAliveAt;
	}

	@Override
	public boolean hasRoomForHeartbeat(Exchange heartbeat) {
		return this.room;
	}

	@Override
	public void send(Exchange exchange) {
		this.sent.add(exchange);
	}

	@Override
	public void heartbeatAnswered() {
		this.answered++;
	}

	@Override
	public void poison(Cause cause) {
		this.poisoned.add(cause);
	}

	@ParameterizedTest
	@CsvSource({ "0, ping, pong, 0, false", "20, , , 0, false", "20, ping, , 1, false", "20, ping, pong, 1, true" })
	void signsOnAndWaitsWhereAnAnswerIsExpected(int seconds, @Nullable String send, @Nullable String expect, int sent,
			boolean waits) {
		assertThat(heartbeats(false, Duration.ofSeconds(seconds), send, expect).signOn()).isEqualTo(waits);
		assertThat(this.sent).hasSize(sent);
	}

	/** How long nothing was heard, in milliseconds, and whether a heartbeat goes then. */
	@ParameterizedTest
	@CsvSource({ "19999, true, true, 0", "20000, true, true, 1", "20000, false, true, 0", "20000, true, false, 0" })
	void goesWhereTheLinkIsQuiet(long quietMillis, boolean open, boolean room, int sent) {
		// Any time will do, also one after which the clock overflows.
		this.lastAliveAt = Long.MAX_VALUE - 1;
		this.open = open;
		this.room = room;
		Heartbeats heartbeats = heartbeats(false, INTERVAL, "ping", null);
		heartbeats.sweep(this.lastAliveAt + TimeUnit.MILLISECONDS.toNanos(quietMillis));
		assertThat(this.sent).hasSize(sent);
		assertThat(this.sent).allSatisfy((exchange) -> assertThat(exchange).isSameAs(heartbeats.beating()));
	}

	/** Replies are waited for ten seconds. */
	@ParameterizedTest
	@CsvSource({ "20, 9999, false, ", "20, 10000, false, 10s", "2, 1999, false, ", "2, 2000, false, 2s",
			"2, 100000, true, " })
	void endsTheLinkWhereNoAnswerComes(int intervalSeconds, long millis, boolean oneWay, @Nullable String limit) {
		Heartbeats heartbeats = heartbeats(oneWay, Duration.ofSeconds(intervalSeconds), "ping", null);
		heartbeats.signOn();
		heartbeats.sweep(after(this.sent.getFirst(), millis));
		if (limit == null) {
			assertThat(this.poisoned).isEmpty();
		}
		else {
			assertThat(this.poisoned).containsExactly(
					Cause.byGateway(CloseReason.REPLY_TIMEOUT, "no answer to the heartbeat within " + limit));
		}
		assertThat(this.sent).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "pong, pong, false, true", ", anything, false, true", "pong, other, false, false",
			"pong, other, true, true" })
	void answerIsWhatIsExpected(@Nullable String expect, String answer, boolean oneWay, boolean fits) {
		Heartbeats heartbeats = heartbeats(oneWay, INTERVAL, "ping", expect);
		heartbeats.signOn();
		inLoop(() -> this.sent.getFirst().answer(bytes(answer)));
		assertThat(this.answered).isEqualTo(fits ? 1 : 0);
		assertThat(this.poisoned).extracting(Cause::reason)
			.isEqualTo(fits ? List.of() : List.of(CloseReason.BAD_FRAME));
		assertThat(heartbeats.beating()).isNull();
	}

	/** A frame that has no key of a request may be a heartbeat's answer. */
	@ParameterizedTest
	@CsvSource({ "pong, pong, false, true", "pong, other, true, false", ", other, true, true",
			", other, false, false" })
	void takesAFrameThatMatchesNoExchange(@Nullable String expect, String frame, boolean isReply, boolean taken) {
		Heartbeats heartbeats = heartbeats(false, INTERVAL, "ping", expect);
		assertThat(heartbeats.answered(bytes(frame), isReply)).isFalse();
		heartbeats.signOn();
		inLoop(() -> assertThat(heartbeats.answered(bytes(frame), isReply)).isEqualTo(taken));
		assertThat(this.answered).isEqualTo(taken ? 1 : 0);
		assertThat(this.poisoned).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "REPLY_TIMEOUT, , true", "UPSTREAM_EOF, pong, false", "FRAME_TOO_LONG, pong, true",
			"FRAME_TOO_LONG, , false" })
	void failedHeartbeatEndsTheLinkWhereNothingElseDoes(CloseReason reason, @Nullable String expect, boolean ends) {
		Heartbeats heartbeats = heartbeats(false, INTERVAL, "ping", expect);
		heartbeats.signOn();
		Cause cause = new Cause(reason, EndedBy.UPSTREAM, "");
		inLoop(() -> this.sent.getFirst().fail(cause));
		assertThat(this.poisoned).isEqualTo(ends ? List.of(cause) : List.of());
		assertThat(heartbeats.beating()).isNull();
	}

	@Test
	void heartbeatIsSentAgainOnceItWasAnswered() {
		Heartbeats heartbeats = heartbeats(false, INTERVAL, "ping", null);
		heartbeats.signOn();
		Exchange first = this.sent.getFirst();
		this.lastAliveAt = first.createdAt();
		heartbeats.sweep(after(first, 9_999));
		inLoop(() -> first.answer(bytes("pong")));
		heartbeats.sweep(after(first, 20_000));
		assertThat(this.sent).hasSize(2);
	}

}
