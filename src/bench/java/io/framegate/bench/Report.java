package io.framegate.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;

/**
 * The samples of all rounds, and the table of their medians. A ratio is the median of the
 * ratios within each round, for what disturbs a round disturbs all its rows.
 */
final class Report {

	private static final String HEAD = """
			| gateway | exchanges/s | lowest-highest | p50 µs | p99 µs | gateway CPU µs/exchange | cores \
			| exchanges/s ÷ HAProxy | CPU ÷ HAProxy | exchanges/s ÷ stock SI | CPU ÷ stock SI |
			|---|---|---|---|---|---|---|---|---|---|---|
			""";

	private final Map<String, Map<Scenario, List<Sample>>> samples = new LinkedHashMap<>();

	private final Map<Scenario, Double> idle = new EnumMap<>(Scenario.class);

	private final List<String> notes = new ArrayList<>();

	private final double loadAverage = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

	private final BenchmarkOptions options;

	Report(BenchmarkOptions options) {
		this.options = options;
	}

	void add(String load, Scenario scenario, Sample sample) {
		this.samples.computeIfAbsent(load, (key) -> new EnumMap<>(Scenario.class))
			.computeIfAbsent(scenario, (key) -> new ArrayList<>())
			.add(sample);
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
		text.append(format(
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
		this.samples.forEach((load, rows) -> {
			text.append("\n## ").append(load).append("\n\n").append(HEAD);
			rows.forEach((scenario, row) -> text.append(line(scenario, row, rows)));
		});
		if (!this.idle.isEmpty()) {
			text.append("\n## %d idle sessions, each after one exchange\n\n".formatted(this.options.idleSessions()));
			text.append("| gateway | KB per session (JVM: live heap and resident memory outside it) |\n|---|---|\n");
			this.idle
				.forEach((scenario, kilobytes) -> text.append(format("| %s | %.1f |\n", scenario.label(), kilobytes)));
		}
		return text.toString();
	}

	private static String line(Scenario scenario, List<Sample> row, Map<Scenario, List<Sample>> rows) {
		String cpu = scenario.hasProcess() ? format("%.2f", median(row, Sample::cpuMicrosPerExchange)) : "";
		String cores = scenario.hasProcess() ? format("%.2f", median(row, Sample::cores)) : "";
		return format("| %s | %,.0f | %,.0f-%,.0f | %,.0f | %,.0f | %s | %s | %s | %s |\n", scenario.label(),
				median(row, Sample::exchangesPerSecond),
				row.stream().mapToDouble(Sample::exchangesPerSecond).min().orElseThrow(),
				row.stream().mapToDouble(Sample::exchangesPerSecond).max().orElseThrow(),
				median(row, Sample::p50Micros), median(row, Sample::p99Micros), cpu, cores,
				ratios(scenario, row, rows.get(scenario.isTls() ? Scenario.HAPROXY_TLS : Scenario.HAPROXY)),
				ratios(scenario, row, rows.get(Scenario.SPRING_INTEGRATION)));
	}

	private static String ratios(Scenario scenario, List<Sample> row, @Nullable List<Sample> base) {
		if (base == null) {
			return " | ";
		}
		String rate = ratio(row, base, Sample::exchangesPerSecond);
		return rate + " | " + (scenario.hasProcess() ? ratio(row, base, Sample::cpuMicrosPerExchange) : "");
	}

	private static String ratio(List<Sample> row, List<Sample> base, ToDoubleFunction<Sample> value) {
		double[] ratios = new double[row.size()];
		Arrays.setAll(ratios, (round) -> value.applyAsDouble(row.get(round)) / value.applyAsDouble(base.get(round)));
		return format("%.2f", median(ratios));
	}

	private static double median(List<Sample> row, ToDoubleFunction<Sample> value) {
		return median(row.stream().mapToDouble(value).toArray());
	}

	private static double median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	private static String format(String pattern, Object... values) {
		return String.format(Locale.ROOT, pattern, values);
	}

}
