package io.framegate.bench;

import static io.framegate.bench.Scenario.HAPROXY;

/**
 * The results as a picture: for each load and gateway a dot for the rate and one for the
 * CPU of an exchange, both divided by HAProxy's. An SVG that follows the reader's colour
 * scheme.
 *
 * @param results what was measured
 */
record Plot(Results results) {

	private static final int WIDTH = 860;

	private static final int ROW = 22;

	/** Where ratios of 1/4 and 4 are; the scale is logarithmic. */
	private static final int LEFT = 190;

	private static final int RIGHT = 690;

	private static final double[] GRID = { 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4 };

	private static final String STYLE = """
			<style>
			text { font: 13px system-ui, sans-serif; fill: #1f2328 }
			.title { font-weight: 600 }
			.paper { fill: #ffffff }
			.grid { stroke: #d1d9e0 }
			.one { stroke: #59636e; stroke-width: 1.5 }
			.rate { fill: #0969da }
			.cpu { fill: #bc4c00 }
			@media (prefers-color-scheme: dark) {
			text { fill: #e6edf3 }
			.paper { fill: #0d1117 }
			.grid { stroke: #30363d }
			.one { stroke: #9198a1 }
			.rate { fill: #58a6ff }
			.cpu { fill: #f0883e }
			}
			</style>
			""";

	@Override
	public String toString() {
		StringBuilder body = new StringBuilder();
		int y = 20;
		body.append(circle(LEFT, y))
			.append(text(LEFT + 12, y, "start", "", "exchanges/s ÷ HAProxy: right is better"))
			.append(diamond(LEFT + 280, y))
			.append(text(LEFT + 292, y, "start", "", "CPU ÷ HAProxy: left is better"));
		for (String load : this.results.loads()) {
			y += 2 * ROW;
			body.append(text(10, y, "start", "title", load))
				.append(text(RIGHT + 80, y, "end", "title", "rate"))
				.append(text(RIGHT + 150, y, "end", "title", "CPU"));
			int rows = this.results.rows(load).size();
			grid(body, y + ROW / 2, y + ROW / 2 + rows * ROW);
			for (Scenario scenario : this.results.rows(load)) {
				y += ROW;
				row(body, y, load, scenario);
			}
			y += ROW;
		}
		int height = y + ROW;
		return """
				<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
				<title>Gateways compared with HAProxy</title>
				%s<rect class="paper" width="%d" height="%d"/>
				%s</svg>
				""".formatted(WIDTH, height, WIDTH, height, STYLE, WIDTH, height, body);
	}

	private static void grid(StringBuilder body, int top, int bottom) {
		for (double ratio : GRID) {
			double x = x(ratio);
			body.append(Table.format("<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
					(ratio == 1) ? "one" : "grid", x, top, x, bottom))
				.append(text(x, bottom + 12, "middle", "", Table.format("%s", ratio).replaceFirst("\\.0$", "")));
		}
	}

	private void row(StringBuilder body, int y, String load, Scenario scenario) {
		double rate = this.results.ratio(load, scenario, HAPROXY, Sample::exchangesPerSecond);
		double cpu = scenario.hasProcess() ? this.results.ratio(load, scenario, HAPROXY, Sample::cpuMicrosPerExchange)
				: Double.NaN;
		String style = scenario.label().startsWith("framegate") ? "title" : "";
		body.append(text(10, y, "start", style, scenario.label()))
			.append(text(RIGHT + 80, y, "end", "", Table.number("%.2f", rate)))
			.append(text(RIGHT + 150, y, "end", "", Table.number("%.2f", cpu)));
		if (Double.isFinite(rate)) {
			body.append(circle(x(rate), y));
		}
		if (Double.isFinite(cpu)) {
			body.append(diamond(x(cpu), y));
		}
	}

	private static String circle(double x, int y) {
		return Table.format("<circle class=\"rate\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>\n", x, y);
	}

	private static String diamond(double x, int y) {
		return Table.format("<path class=\"cpu\" d=\"M%.1f %dl6 6l-6 6l-6 -6z\"/>\n", x, y - 6);
	}

	private static String text(double x, int y, String anchor, String style, String text) {
		return Table.format("<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", style, x, y + 4,
				anchor, text);
	}

	/** What is beyond the scale stands at its end; the number beside it says how far. */
	private static double x(double ratio) {
		double place = Math.log(Math.clamp(ratio, GRID[0], GRID[GRID.length - 1])) / Math.log(GRID[GRID.length - 1]);
		return (LEFT + RIGHT) / 2.0 + place * (RIGHT - LEFT) / 2.0;
	}

}
