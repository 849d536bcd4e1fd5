package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.framegate.configuration.TestConfiguration;
import io.framegate.route.Route;
import io.framegate.testkit.Gateway;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

class AdviceTests {

	private static final long GIGABYTE = 1024L * 1024 * 1024;

	private static final ConfigurationAdvice DEFAULT = new ConfigurationAdvice(Duration.ZERO, Duration.ofSeconds(30),
			true, GIGABYTE);

	private static List<String> on(ConfigurationAdvice advice, String... settings) {
		TestConfiguration configuration = TestConfiguration.route("orders");
		for (String setting : settings) {
			String[] parts = setting.split("=");
			configuration.property("framegate.routes.orders." + parts[0], parts[1]);
		}
		Route route = configuration.onlyRoute();
		return advice.on(route, new Timeouts(route.timeouts(), route.timeoutDefaults()));
	}

	@Test
	void defaultsNeedNoAdvice() {
		assertThat(on(DEFAULT)).isEmpty();
	}

	@Test
	void silenceForEver() {
		assertThat(on(DEFAULT, "timeouts.idle=0")).singleElement()
			.asString()
			.contains("framegate.routes.orders.timeouts.idle", "framegate.routes.orders.timeouts.max-age");
		assertThat(on(DEFAULT, "timeouts.idle=0", "timeouts.max-age=1h")).isEmpty();
	}

	@Test
	void silenceThatNatForgets() {
		ConfigurationAdvice nio = new ConfigurationAdvice(Duration.ZERO, Duration.ofSeconds(30), false, GIGABYTE);
		assertThat(on(nio, "timeouts.idle=351s")).singleElement()
			.asString()
			.contains("350s", "framegate.routes.orders.timeouts.idle, now 351s");
		assertThat(on(nio, "timeouts.idle=350s")).isEmpty();
		assertThat(on(DEFAULT, "timeouts.idle=1h")).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "6m,5m,true", "5m,5m,false", "0s,5m,false", "6m,0s,false" })
	void replyBeyondIdle(String reply, String idle, boolean advised) {
		assertThat(on(DEFAULT, "timeouts.max-age=1h", "timeouts.reply=" + reply, "timeouts.idle=" + idle))
			.filteredOn((sentence) -> sentence.contains("framegate.routes.orders.timeouts.reply"))
			.hasSize(advised ? 1 : 0);
	}

	@Test
	void shutdownLongerThanOthersWait() {
		assertThat(on(DEFAULT, "timeouts.drain=30s")).isEmpty();
		assertThat(on(DEFAULT, "timeouts.drain=31s")).singleElement()
			.asString()
			.contains("spring.lifecycle.timeout-per-shutdown-phase (30s)", "framegate.routes.orders.timeouts.drain",
					"at least 31s");
		assertThat(on(DEFAULT, "timeouts.drain=0")).singleElement().asString().contains("drain off", "for ever");
		ConfigurationAdvice quiet = new ConfigurationAdvice(Duration.ofSeconds(21), Duration.ofSeconds(30), true,
				GIGABYTE);
		assertThat(on(quiet)).singleElement().asString().contains("framegate.shutdown.quiet-period 21s", "31s");
	}

	@Test
	void fewFramesFitTheMemory() {
		assertThat(on(DEFAULT, "listen.max-frame-size=65MB")).singleElement()
			.asString()
			.startsWith("Only 15 frames of 65MB fit framegate.memory.limit (1024MB)")
			.contains("framegate.routes.orders.listen.max-frame-size");
		assertThat(on(DEFAULT, "listen.max-frame-size=64MB")).isEmpty();
		assertThat(on(DEFAULT, "listen.max-frame-size=65MB", "listen.framing=stream", "upstream.framing=stream"))
			.isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "exclusive, , true", "ordered, , true", "exclusive, reply-when=^02, false", "ordered, offset=0, false",
			"correlated, offset=0, false" })
	void repliesThatNothingTellsFromOtherFrames(String sharing, String correlation, boolean advised) {
		List<String> settings = new ArrayList<>(List.of("mode=request-reply", "upstream.sharing=" + sharing));
		if (correlation != null) {
			settings.add("upstream.correlation." + correlation);
			if (correlation.startsWith("offset")) {
				settings.add("upstream.correlation.length=2");
			}
		}
		assertThat(on(DEFAULT, settings.toArray(String[]::new)))
			.filteredOn((sentence) -> sentence.contains("framegate.routes.orders.upstream.correlation"))
			.hasSize(advised ? 1 : 0);
		assertThat(on(DEFAULT, "mode=one-way")).isEmpty();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void adviceIsLoggedAtStartAndShownWithTheRouteAsItIsNow(CapturedOutput output) {
		try (Gateway gateway = Gateway
			.start(Gateway.route("orders", "crlf", "crlf", "127.0.0.1:9", "timeouts.idle=1s", "timeouts.reply=2s"))) {
			assertThat(output).contains("WARN").contains("Route 'orders': Clients that wait for a reply");
			JsonNode advice = gateway.get("/actuator/routes/orders").at("/advice");
			assertThat(advice.valueStream().map(JsonNode::asString)).singleElement()
				.asString()
				.contains("framegate.routes.orders.timeouts.reply");
			gateway.route("orders").timeouts().set(Timeout.IDLE, Duration.ofSeconds(3));
			assertThat(gateway.get("/actuator/routes/orders").at("/advice").size()).isZero();
		}
	}

}
