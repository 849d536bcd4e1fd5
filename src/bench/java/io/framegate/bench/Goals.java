package io.framegate.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import static io.framegate.bench.Scenario.FRAMEGATE;
import static io.framegate.bench.Scenario.FRAMEGATE_CORRELATED;
import static io.framegate.bench.Scenario.FRAMEGATE_EXCLUSIVE_KEY;
import static io.framegate.bench.Scenario.FRAMEGATE_LENGTH4;
import static io.framegate.bench.Scenario.FRAMEGATE_ORDERED;
import static io.framegate.bench.Scenario.HAPROXY;
import static io.framegate.bench.Scenario.SPRING_INTEGRATION;

/**
 * What Framegate is to reach, and whether it does.
 */
final class Goals {

	private final List<Goal> all = new ArrayList<>();

	private final Results results;

	Goals(Results results, Map<Scenario, IdleSessions.Weight> idle) {
		this.results = results;
		session(Plan.DEPTH_1, 1.05, 0.97);
		session(Plan.THOUSAND, 1.25, 0.75);
		session(Plan.FIVE_THOUSAND, 1.2, 0.8);
		session(Plan.DEPTH_16, 1.0, 1.1);
		rate(Plan.KILOBYTE, FRAMEGATE, HAPROXY, 1.1);
		rate(Plan.LARGE, FRAMEGATE, HAPROXY, 1.3);
		cpu(Plan.DEPTH_1, FRAMEGATE_LENGTH4, FRAMEGATE, 1.03);
		for (Scenario shared : List.of(FRAMEGATE_ORDERED, FRAMEGATE_CORRELATED)) {
			rate(Plan.DEPTH_1, shared, HAPROXY, 2.0);
			cpu(Plan.DEPTH_1, shared, HAPROXY, 0.5);
			rate(Plan.THOUSAND, shared, HAPROXY, 2.5);
			cpu(Plan.THOUSAND, shared, HAPROXY, 0.4);
		}
		rate(Plan.DEPTH_1, FRAMEGATE_EXCLUSIVE_KEY, HAPROXY, 0.95);
		rate(Plan.DEPTH_1, FRAMEGATE, SPRING_INTEGRATION, 7);
		rate(Plan.DEPTH_16, FRAMEGATE, SPRING_INTEGRATION, 80);
		IdleSessions.Weight weight = idle.getOrDefault(FRAMEGATE, IdleSessions.Weight.UNKNOWN);
		this.all.add(new Goal("an idle session of many, KB", false, 3.3, weight.kilobytes()));
		this.all.add(new Goal("the process without sessions in a container of 512 MB, MB", false, 200,
				weight.processMegabytes()));
		this.all.add(new Goal("idle sessions, % of a core", false, 0.5, weight.percentOfCore()));
		this.all.add(new Goal("a scrape of metrics and one of connections each second, % of a core", false, 1,
				weight.percentForScrapes()));
	}

	private void session(Load load, double rate, double cpu) {
		rate(load, FRAMEGATE, HAPROXY, rate);
		cpu(load, FRAMEGATE, HAPROXY, cpu);
	}

	private void rate(Load load, Scenario scenario, Scenario base, double limit) {
		ratio("exchanges/s", true, load, scenario, base, limit, Sample::exchangesPerSecond);
	}

	private void cpu(Load load, Scenario scenario, Scenario base, double limit) {
		ratio("CPU", false, load, scenario, base, limit, Sample::cpuMicrosPerExchange);
	}

	private void ratio(String what, boolean atLeast, Load load, Scenario scenario, Scenario base, double limit,
			ToDoubleFunction<Sample> value) {
		this.all.add(new Goal("%s: %s, %s ÷ %s".formatted(load, what, scenario.label(), base.label()), atLeast, limit,
				this.results.ratio(load.toString(), scenario, base, value)));
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("| what | goal | measured | |\n|---|---|---|---|\n");
		this.all.forEach(text::append);
		return text.toString();
	}

	/**
	 * A goal.
	 *
	 * @param what is measured
	 * @param atLeast whether more is better
	 * @param limit the goal
	 * @param measured not a number if it was not
	 */
	private record Goal(String what, boolean atLeast, double limit, double measured) {

		private String verdict() {
			if (Double.isNaN(this.measured)) {
				return "not measured";
			}
			boolean met = this.atLeast ? this.measured >= this.limit : this.measured <= this.limit;
			return met ? "met" : "**missed**";
		}

		@Override
		public String toString() {
			return Table.format("| %s | %s %s | %s | %s |\n", this.what, this.atLeast ? "≥" : "≤",
					(this.limit >= 7) ? Table.number("%.0f", this.limit) : Table.number("%.2f", this.limit),
					Table.number("%.2f", this.measured), verdict());
		}

	}

}
