package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Runs every load through every gateway, in turns, and prints the medians. See
 * {@link BenchmarkOptions} for what can be set.
 */
public final class Benchmark {

	private final BenchmarkOptions options;

	private final Turns turns;

	private final Results results = new Results();

	private final Report report;

	private Benchmark(BenchmarkOptions options, EchoUpstream upstream) {
		this.options = options;
		this.turns = new Turns(options, upstream);
		this.report = new Report(options, this.results);
	}

	public static void main(String... arguments) throws Exception {
		try (EchoUpstream upstream = new EchoUpstream()) {
			Benchmark benchmark = new Benchmark(BenchmarkOptions.fromSystemProperties(), upstream);
			try (Turns turns = benchmark.turns) {
				benchmark.run(turns);
			}
		}
	}

	private void run(Turns turns) throws Exception {
		List<Scenario> scenarios = this.options.scenarios().stream().filter(Scenario::isAvailable).toList();
		this.options.scenarios()
			.stream()
			.filter((scenario) -> !scenario.isAvailable())
			.forEach((scenario) -> this.report.note(scenario.label() + " left out: its program is not on the PATH"));
		turns.start(scenarios, this.options.payload());
		Map<Load, List<Scenario>> plan = new LinkedHashMap<>();
		this.options.loads().forEach((load) -> plan.put(load, scenarios));
		turns.warmUp(plan);
		if (this.options.handshakes()) {
			for (Map.Entry<Scenario, Gateway> row : turns.inTurn(1)) {
				shakeHands(row.getKey(), row.getValue(), this.options.warmUp());
			}
		}
		for (int round = 1; round <= this.options.rounds(); round++) {
			turns.round(round, plan, this.results);
			if (this.options.handshakes()) {
				shakeHands(turns, round);
			}
		}
		turns.close();
		if (this.options.idleSessions() > 0) {
			weighIdleSessions(turns, scenarios);
		}
		publish();
	}

	private void shakeHands(Turns turns, int round) throws IOException {
		for (Map.Entry<Scenario, Gateway> row : turns.inTurn(round)) {
			Sample sample = shakeHands(row.getKey(), row.getValue(), this.options.window());
			if (sample != null) {
				this.results.add("A handshake, one exchange and the end, 4 clients at a time", row.getKey(), sample);
			}
		}
	}

	private static @Nullable Sample shakeHands(Scenario scenario, Gateway gateway, Duration window) throws IOException {
		if (!scenario.isTls()) {
			return null;
		}
		Sample sample = new Handshakes().measure(gateway, window);
		Turns.say("  %-28s %-32s %s".formatted(scenario.label(), "handshakes", sample));
		return sample;
	}

	/**
	 * Each gateway in a fresh process, for a heap that has grown under load hides what
	 * sessions cost.
	 */
	private void weighIdleSessions(Turns turns, List<Scenario> scenarios) throws Exception {
		for (Scenario scenario : scenarios) {
			if (scenario.hasProcess()) {
				try (Gateway gateway = turns.start(scenario, this.options.payload())) {
					IdleSessions.Weight weight = IdleSessions.weigh(gateway, this.options);
					Turns.say("  %-28s %s".formatted(scenario.label(), weight));
					this.report.addIdle(scenario, weight.kilobytes());
				}
			}
		}
	}

	private void publish() throws IOException {
		Path file = this.options.directory().resolve("results.md");
		Files.writeString(file, this.report.toString());
		Turns.say("\n" + this.report + "\nwritten to " + file);
	}

}
