package io.framegate.bench;

import java.util.Collection;
import java.util.Map;
import java.util.LinkedHashMap;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Measures framings and writes their table to the documentation's page:
 * {@code ./mvnw -Pbench verify -Dit.test=FramingIT}.
 */
class FramingIT {

	private static final String HEAD = """
			| framing | bytes of payload | cut: ns | cut: bytes allocated | write: ns | write: bytes allocated |
			|---|---|---|---|---|---|
			""";

	@Test
	void writesTheTable() throws Exception {
		Collection<RunResult> results = new Runner(
				new OptionsBuilder().include(FramingBenchmark.class.getName()).addProfiler(GCProfiler.class).build())
			.run();
		StringBuilder table = new StringBuilder(HEAD);
		rows(results)
			.forEach((row, cells) -> table.append("| ").append(row).append(" | ").append(cells).append(" |\n"));
		Page page = new Page(BenchmarkOptions.fromSystemProperties().page());
		page.replace("framings", table.toString());
		Turns.say(table.toString());
	}

	/**
	 * JMH returns all results of one method before those of the next: cut, then write.
	 */
	private static Map<String, String> rows(Collection<RunResult> results) {
		Map<String, String> rows = new LinkedHashMap<>();
		for (RunResult result : results) {
			String row = result.getParams().getParam("framing") + " | " + result.getParams().getParam("payload");
			double allocated = result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
			rows.merge(row, Table.format("%.1f | %.0f", result.getPrimaryResult().getScore(), allocated),
					(cut, write) -> cut + " | " + write);
		}
		return rows;
	}

}
