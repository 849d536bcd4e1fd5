package io.framegate.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The samples of all rounds, and their medians. A ratio is the median of the ratios
 * within each round, because what disturbs a round disturbs all its rows.
 */
final class Results {

	private final Map<String, Map<Scenario, List<Sample>>> samples = new LinkedHashMap<>();

	void add(String load, Scenario scenario, Sample sample) {
		this.samples.computeIfAbsent(load, (key) -> new EnumMap<>(Scenario.class))
			.computeIfAbsent(scenario, (key) -> new ArrayList<>())
			.add(sample);
	}

	Set<String> loads() {
		return this.samples.keySet();
	}

	Set<Scenario> rows(String load) {
		return this.samples.getOrDefault(load, Map.of()).keySet();
	}

	List<Sample> row(String load, Scenario scenario) {
		return this.samples.getOrDefault(load, Map.of()).getOrDefault(scenario, List.of());
	}

	/**
	 * The median of a row.
	 * @return not a number where the row was not measured
	 */
	double median(String load, Scenario scenario, ToDoubleFunction<Sample> value) {
		return median(row(load, scenario).stream().mapToDouble(value).toArray());
	}

	/**
	 * What a row's value is divided by another row's.
	 * @return not a number where one of them was not measured
	 */
	double ratio(String load, Scenario scenario, Scenario base, ToDoubleFunction<Sample> value) {
		List<Sample> row = row(load, scenario);
		List<Sample> other = row(load, base);
		double[] ratios = new double[Math.min(row.size(), other.size())];
		Arrays.setAll(ratios, (round) -> value.applyAsDouble(row.get(round)) / value.applyAsDouble(other.get(round)));
		return median(ratios);
	}

	static double median(double... values) {
		if (values.length == 0) {
			return Double.NaN;
		}
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

}
