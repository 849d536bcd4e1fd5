package io.framegate.bench;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What was measured, in Markdown: a table for each load.
 *
 * @param results what was measured
 */
record Table(Results results) {

	private static final String HEAD = """
			| gateway | exchanges/s | lowest-highest | p50 µs | p99 µs | p99.9 µs | CPU µs/exchange | cores | RSS MB \
			| exchanges/s ÷ HAProxy | CPU ÷ HAProxy | exchanges/s ÷ stock SI | CPU ÷ stock SI |
			|---|---|---|---|---|---|---|---|---|---|---|---|---|
			""";

	String of(String load) {
		StringBuilder text = new StringBuilder(HEAD);
		this.results.rows(load).forEach((scenario) -> text.append(line(load, scenario)));
		return text.toString();
	}

	private String line(String load, Scenario scenario) {
		double[] rates = this.results.row(load, scenario)
			.stream()
			.mapToDouble(Sample::exchangesPerSecond)
			.sorted()
			.toArray();
		ToDoubleFunction<ToDoubleFunction<Sample>> median = (value) -> this.results.median(load, scenario, value);
		return format("| %s | %,.0f | %,.0f-%,.0f | %,.0f | %,.0f | %,.0f | %s | %s | %s | %s | %s |\n",
				scenario.label(), median.applyAsDouble(Sample::exchangesPerSecond), rates[0], rates[rates.length - 1],
				median.applyAsDouble(Sample::p50Micros), median.applyAsDouble(Sample::p99Micros),
				median.applyAsDouble(Sample::p999Micros),
				ofProcess(scenario, "%.2f", median.applyAsDouble(Sample::cpuMicrosPerExchange)),
				ofProcess(scenario, "%.2f", median.applyAsDouble(Sample::cores)),
				ofProcess(scenario, "%,.0f", median.applyAsDouble(Sample::residentMegabytes)),
				ratios(load, scenario, scenario.isTls() ? Scenario.HAPROXY_TLS : Scenario.HAPROXY),
				ratios(load, scenario, Scenario.SPRING_INTEGRATION));
	}

	private String ratios(String load, Scenario scenario, Scenario base) {
		return number("%.2f", this.results.ratio(load, scenario, base, Sample::exchangesPerSecond)) + " | "
				+ ofProcess(scenario, "%.2f", this.results.ratio(load, scenario, base, Sample::cpuMicrosPerExchange));
	}

	private static String ofProcess(Scenario scenario, String pattern, double value) {
		return scenario.hasProcess() ? number(pattern, value) : "";
	}

	static String number(String pattern, double value) {
		return Double.isFinite(value) ? format(pattern, value) : "";
	}

	static String format(String pattern, Object... values) {
		return String.format(Locale.ROOT, pattern, values);
	}

}
