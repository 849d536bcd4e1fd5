package io.framegate.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.route.Heartbeat;
import io.framegate.route.Sharing;
import io.framegate.transport.TestClock;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of replies that no exchange explains.
 */
class UnexpectedRepliesTests implements UnexpectedReplies.Owner {

	private final TestLinkSettings settings = new TestLinkSettings();

	private final UnexpectedReplies unexpected = unexpected(false);

	private final List<Cause> poisoned = new ArrayList<>();

	private final List<Cause> left = new ArrayList<>();

	private long exchanges;

	private @Nullable TargetState target;

	private UnexpectedReplies unexpected(boolean oneWay) {
		return new UnexpectedReplies(this,
				this.settings.of(oneWay, Sharing.ORDERED, new Heartbeat(Duration.ZERO, null, null)));
	}

	@Override
	public long exchanges() {
		return this.exchanges;
	}

	@Override
	public @Nullable TargetState target() {
		return this.target;
	}

	@Override
	public void poison(Cause cause) {
		this.poisoned.add(cause);
	}

	@Override
	public void takeNoMore(Cause cause) {
		this.left.add(cause);
	}

	static Stream<Arguments> replies() {
		return Stream.of(row(UnexpectedReplies::unsolicited, 0, "unsolicited", "unsolicited reply"),
				row(UnexpectedReplies::unsolicited, 1, "doubled", "doubled reply"),
				row(UnexpectedReplies::early, 1, "unsolicited", "a reply arrived before its request was sent"),
				row(UnexpectedReplies::unmatched, 1, "unmatched", "the reply's key is not the request's"));
	}

	private static Arguments row(Consumer<UnexpectedReplies> what, long exchanges, String counted, String detail) {
		return Arguments.of(what, exchanges, counted, detail);
	}

	@ParameterizedTest
	@MethodSource("replies")
	void replyThatNobodyAskedForIsTheEndOfTheLink(Consumer<UnexpectedReplies> what, long before, String counted,
			String detail) {
		this.exchanges = before;
		what.accept(this.unexpected);
		assertThat(this.poisoned).containsExactly(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, detail));
		assertThat(this.settings.discarded(counted)).isEqualTo(1);
	}

	@Test
	void repeatedReplyLetsTheExchangeInFlightGoOn() {
		this.unexpected.repeated();
		assertThat(this.left).containsExactly(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, "doubled reply"));
		assertThat(this.poisoned).isEmpty();
		assertThat(this.settings.discarded("doubled")).isEqualTo(1);
	}

	@Test
	void lateReplyIsCountedAndHarmsNobody() {
		this.unexpected.discard("late");
		assertThat(this.settings.discarded("late")).isEqualTo(1);
		assertThat(this.poisoned).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "false, 1", "true, 0" })
	void halfAReplyIsCountedOnce(boolean oneWay, int counted) {
		UnexpectedReplies asked = unexpected(oneWay);
		this.unexpected.discard("half");
		asked.ended(false);
		asked.ended(true);
		asked.ended(true);
		assertThat(this.settings.discarded("half")).isEqualTo(1 + counted);
		assertThat(this.poisoned).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("replies")
	void targetThatSendsRepliesTooManyIsGivenMoreTime(Consumer<UnexpectedReplies> what, long before) {
		this.exchanges = before;
		this.target = new Targets(TestLinkSettings.upstream(Map.of("targets[0]", "127.0.0.1:7")),
				this.settings.metrics(), new TestClock())
			.all()
			.getFirst();
		assertThat(this.target.rest(1)).isEqualTo(1);
		what.accept(this.unexpected);
		assertThat(this.target.rest(1)).isGreaterThan(1);
	}

	/** What is no reply goes to whoever takes such frames, unless it is too long. */
	@ParameterizedTest
	@CsvSource({ "false, 1, 0", "true, 0, 1" })
	void frameThatIsNoReply(boolean tooLong, int taken, int discarded) {
		List<byte[]> frames = new ArrayList<>();
		LinkSettings own = this.settings.of(false, Sharing.ORDERED, new Heartbeat(Duration.ZERO, null, null),
				(from, frame) -> frames.add(frame));
		UnexpectedReplies asked = new UnexpectedReplies(this, own);
		asked.discard("too-long");
		asked.noReply(null, new byte[1], tooLong ? Cause.byGateway(CloseReason.FRAME_TOO_LONG, "") : null);
		assertThat(frames).hasSize(taken);
		assertThat(this.settings.discarded("too-long")).isEqualTo(1 + discarded);
		assertThat(this.poisoned).isEmpty();
	}

}
