package io.framegate.bench;

import java.util.List;
import java.util.Map;

/**
 * The part of the page that a {@link Comparison} writes, in Markdown.
 *
 * @param options of the run
 * @param machine where it ran
 * @param results what was measured
 * @param idle what idle sessions cost
 * @param notes what was left out
 */
record ComparisonText(BenchmarkOptions options, Machine machine, Results results,
		Map<Scenario, IdleSessions.Weight> idle, List<String> notes) {

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("### The machine\n\n").append(this.machine);
		text.append(Table.format("""

				Medians of %d round(s) of %d ms for each gateway, after %d ms of warming up. Transport of Framegate: %s.
				""", this.options.rounds(), this.options.window().toMillis(), this.options.warmUp().toMillis(),
				this.options.transport().isEmpty() ? "what it takes by itself" : this.options.transport()));
		this.notes.forEach((note) -> text.append("- ").append(note).append("\n"));
		text.append("\n### Goals\n\n").append(new Goals(this.results, this.idle));
		Table table = new Table(this.results);
		this.results.loads()
			.forEach((load) -> text.append("\n### ").append(load).append("\n\n").append(table.of(load)));
		if (!this.idle.isEmpty()) {
			text.append(Table.format(
					"""

							### %,d idle sessions

							| gateway | KB a session | process without sessions, MB | with them, MB | %% of a core | and for scrapes |
							|---|---|---|---|---|---|
							""",
					this.options.idleSessions()));
			this.idle.forEach((scenario,
					weight) -> text.append(Table.format("| %s | %.1f | %.0f | %.0f | %.2f | %s |\n", scenario.label(),
							weight.kilobytes(), weight.processMegabytes(), weight.megabytes(), weight.percentOfCore(),
							Table.number("%.2f", weight.percentForScrapes()))));
		}
		return text.toString();
	}

}
