package io.framegate.link;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.TestRequester;
import io.framegate.transport.EventLoops;
import io.framegate.transport.TestClock;
import io.framegate.transport.TestLoops;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the end of a link says of its target.
 */
class TargetFeedbackTests implements TargetFeedback.Owner {

	private static final Cause EOF = new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, "");

	@AutoClose
	private static EventLoops loops;

	private final TargetState target = new Targets(
			TestLinkSettings.upstream(Map.of("targets[0]", "127.0.0.1:7", "health-check.fall", "1")),
			new TestLinkSettings().metrics(), new TestClock())
		.all()
		.getFirst();

	private final TargetFeedback feedback = new TargetFeedback(this);

	private final List<Exchange> exchangesInFlight = new ArrayList<>();

	private boolean ready = true;

	private boolean lasted;

	private boolean retiring;

	private @Nullable Exchange beating;

	private int proven;

	@BeforeAll
	static void start() {
		loops = TestLoops.start();
	}

	@Override
	public TargetState target() {
		return this.target;
	}

	@Override
	public boolean isReady() {
		return this.ready;
	}

	@Override
	public boolean hasLasted() {
		return this.lasted;
	}

	@Override
	public boolean isRetiring() {
		return this.retiring;
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		return this.exchangesInFlight;
	}

	@Override
	public @Nullable Exchange beating() {
		return this.beating;
	}

	@Override
	public void proven() {
		this.proven++;
	}

	private Exchange request() {
		Exchange exchange = new Exchange(new TestRequester(loops.all().getFirst(), "127.0.0.1"), new byte[1]);
		this.exchangesInFlight.add(exchange);
		return exchange;
	}

	/** What is under way as the server ends the link, and what it is blamed for. */
	@ParameterizedTest
	@CsvSource({ "'', false, false, LEFT", "heartbeat, false, true, SILENT", "request, false, true, SILENT",
			"'', true, false, LEFT", "heartbeat, true, false, LEFT", "request, true, true, SILENT" })
	void endOfAProvenLink(String exchangesInFlight, boolean retires, boolean failed, String as) {
		this.feedback.worked();
		if (exchangesInFlight.equals("request")) {
			request();
		}
		if (exchangesInFlight.equals("heartbeat")) {
			this.beating = request();
		}
		this.retiring = retires;
		this.feedback.ended(EOF);
		assertThat(this.target.isUp()).isEqualTo(!failed);
		assertThat(this.target.isSilent()).isEqualTo(as.equals("SILENT"));
		assertThat(this.feedback.fruitless()).isNull();
	}

	/** Before it was ready, soon after, and later. */
	@ParameterizedTest
	@CsvSource({ "false, false, true", "true, false, true", "true, true, false" })
	void linkThatEndsBeforeItIsOfUseWasFruitless(boolean ready, boolean lasted, boolean fruitless) {
		this.ready = ready;
		this.lasted = lasted;
		this.feedback.ended(EOF);
		assertThat(this.feedback.fruitless()).isEqualTo(fruitless
				? new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, "127.0.0.1:7 ended the connection unused")
				: null);
		assertThat(this.target.isUp()).isEqualTo(!fruitless);
	}

	@ParameterizedTest
	@CsvSource({ "OPERATOR_CLOSE, OPERATOR", "INTERNAL_ERROR, GATEWAY" })
	void whatIsNotTheTargetsFaultIsNotHeldAgainstIt(CloseReason reason, EndedBy by) {
		request();
		this.feedback.ended(new Cause(reason, by, "why"));
		assertThat(this.target.isUp()).isTrue();
	}

	@Test
	void endCountsOnce() {
		this.lasted = true;
		this.feedback.ended(EOF);
		request();
		this.feedback.ended(EOF);
		assertThat(this.target.isUp()).isTrue();
	}

	@Test
	void ownerIsToldOnceThatTheLinkIsProven() {
		this.feedback.worked();
		this.feedback.worked();
		assertThat(this.proven).isEqualTo(1);
		assertThat(this.feedback.isProven()).isTrue();
	}

}
