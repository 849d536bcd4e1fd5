package io.framegate.exchange;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.transport.Loop;
import io.framegate.transport.ManualLoop;
import io.framegate.transport.MemoryBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of an exchange, whoever comes first: its link, its client, or a lack of
 * memory.
 */
class ExchangeLifeTests {

	private static final Cause CAUSE = Cause.byGateway(CloseReason.REPLY_TIMEOUT, "why");

	private final MemoryBudget budget = new MemoryBudget(100_000);

	private final ManualLoop loop = new ManualLoop(this.budget);

	private final List<String> told = new ArrayList<>();

	private final Exchange exchange = new Exchange(new Client(), new byte[10]);

	private boolean step(String name) {
		return switch (name) {
			case "claim" -> this.exchange.claim();
			case "cancel" -> this.exchange.cancel();
			case "unsent" -> this.exchange.unsent();
			default -> throw new IllegalArgumentException(name);
		};
	}

	/** What is done in turn, what each step says, and what is known afterwards. */
	@ParameterizedTest
	@CsvSource({ "claim cancel, true false, true, true", "cancel claim, true false, false, false",
			"claim claim, true false, true, true", "cancel cancel, true false, false, false",
			"claim unsent claim, true true true, true, true", "claim unsent cancel, true true true, false, false",
			"claim cancel unsent, true false false, false, true" })
	void linkOrClientDecides(String steps, String says, boolean sent, boolean given) {
		List<String> said = new ArrayList<>();
		for (String step : steps.split(" ")) {
			said.add(String.valueOf(step(step)));
		}
		assertThat(said).containsExactly(says.split(" "));
		assertThat(this.exchange.isSent()).isEqualTo(sent);
		assertThat(this.exchange.isGiven()).isEqualTo(given);
		assertThat(this.exchange.isCancelled()).isEqualTo(steps.contains("cancel"));
	}

	@Test
	void fiveLinksAreTried() {
		for (int attempt = 1; attempt <= 5; attempt++) {
			assertThat(this.exchange.claim()).isTrue();
			this.exchange.written(0, 10);
			assertThat(this.exchange.unsent()).as("again after attempt %d", attempt).isEqualTo(attempt < 5);
		}
	}

	@ParameterizedTest
	@CsvSource({ "answer, answered", "fail, failed", "answer answer, answered", "answer fail, answered",
			"fail answer, failed", "give-up answer, failed" })
	void endsOnce(String steps, String expected) {
		assertThat(this.exchange.isEnded()).isFalse();
		for (String step : steps.split(" ")) {
			switch (step) {
				case "answer" -> this.exchange.answer(new byte[1]);
				case "fail" -> this.exchange.fail(CAUSE);
				default -> this.exchange.giveUp(CAUSE);
			}
		}
		assertThat(this.told).containsExactly(expected);
		assertThat(this.exchange.isEnded()).isTrue();
		assertThat(this.exchange.fault()).isEqualTo(expected.equals("failed") ? CAUSE : null);
		assertThat(this.exchange.isGivenUp()).isEqualTo(steps.startsWith("give-up"));
	}

	/** A large reply counts as held until its client's loop has it. */
	@ParameterizedTest
	@CsvSource({ "65535, 0", "65536, 65536" })
	void replyOfAnotherLoopComesLater(int length, long reserved) {
		this.loop.inLoop(false);
		this.exchange.answer(new byte[length]);
		assertThat(this.told).isEmpty();
		assertThat(this.budget.used()).isEqualTo(reserved);
		this.loop.runTasks();
		assertThat(this.told).containsExactly("answered");
		assertThat(this.exchange.reply()).hasSize(length);
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void faultOfAnotherLoopComesLater() {
		this.loop.inLoop(false);
		this.exchange.fail(CAUSE);
		assertThat(this.told).isEmpty();
		this.loop.runTasks();
		assertThat(this.told).containsExactly("failed");
	}

	@Test
	void largeReplyFailsWhereThereIsNoMemory() {
		assertThat(this.budget.tryReserve(50_000)).isTrue();
		this.loop.inLoop(false);
		this.exchange.answer(new byte[65_536]);
		this.loop.runTasks();
		assertThat(this.told).containsExactly("failed");
		assertThat(this.exchange.fault())
			.isEqualTo(Cause.byGateway(CloseReason.OVERLOAD, "not enough memory for a reply"));
		assertThat(this.exchange.forgotten()).isEqualTo(65_536);
		assertThat(this.budget.used()).isEqualTo(50_000);
	}

	@Test
	void replyThatCannotBeHeldIsForgotten() {
		this.exchange.answer(new byte[7]);
		this.exchange.forgetReply();
		assertThat(this.exchange.reply()).isNull();
		assertThat(this.exchange.forgotten()).isEqualTo(7);
		assertThat(this.exchange.fault()).extracting(Cause::reason).isEqualTo(CloseReason.OVERLOAD);
		byte[] instead = new byte[3];
		this.exchange.replaceFault(instead);
		assertThat(this.exchange.fault()).isNull();
		assertThat(this.exchange.reply()).isSameAs(instead);
	}

	private final class Client extends Requester {

		@Override
		public Loop loop() {
			return ExchangeLifeTests.this.loop;
		}

		@Override
		public InetAddress address() {
			return InetAddress.getLoopbackAddress();
		}

		@Override
		public void answered(Exchange exchange) {
			ExchangeLifeTests.this.told.add("answered");
		}

		@Override
		public void failed(Exchange exchange, Cause cause) {
			ExchangeLifeTests.this.told.add("failed");
		}

	}

}
