package io.framegate.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The page of a run of {@link Benchmark}.
 */
final class Report {

	private final Map<Scenario, Double> idle = new EnumMap<>(Scenario.class);

	private final List<String> notes = new ArrayList<>();

	private final double loadAverage = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

	private final BenchmarkOptions options;

	private final Results results;

	Report(BenchmarkOptions options, Results results) {
		this.options = options;
		this.results = results;
	}

	void addIdle(Scenario scenario, double kilobytes) {
		this.idle.put(scenario, kilobytes);
	}

	void note(String note) {
		this.notes.add(note);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("# Benchmark\n\n");
		text.append(Table.format(
				"Medians of %d interleaved rounds of %d ms each on %d cores (load %.1f before the start), JDK %s, %s %s, all on loopback.\n",
				this.options.rounds(), this.options.window().toMillis(), Runtime.getRuntime().availableProcessors(),
				this.loadAverage, System.getProperty("java.version"), System.getProperty("os.name"),
				System.getProperty("os.version")));
		text.append(
				"""
						Clients, gateway and echo upstream share the cores. One exchange is a request frame and its reply: CPU is
						the gateway process's user and system time in the window, divided by the exchanges, so both directions
						count as one. Clients speak crlf; upstream framing is crlf unless the row's name ends otherwise. Clients of a
						row whose name ends with tls speak TLS 1.3 with AES-128-GCM, and HAProxy's row for them is haproxy-tls.
						""");
		this.notes.forEach((note) -> text.append("Note: ").append(note).append(".\n"));
		this.results.loads()
			.forEach((
					load) -> text.append("\n## ").append(load).append("\n\n").append(new Table(this.results).of(load)));
		if (!this.idle.isEmpty()) {
			text.append("\n## %d idle sessions, each after one exchange\n\n".formatted(this.options.idleSessions()));
			text.append("| gateway | KB per session (JVM: live heap and resident memory outside it) |\n|---|---|\n");
			this.idle.forEach(
					(scenario, kilobytes) -> text.append(Table.format("| %s | %.1f |\n", scenario.label(), kilobytes)));
		}
		return text.toString();
	}

}
