package io.framegate.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.framegate.testkit.Browser;

/**
 * What the console costs the gateway, with thousands of sessions, and how fast it answers
 * a click. {@code bench.idle} says how many sessions, 5,000 by default. Each view is
 * shown for a while, in turn with none.
 */
final class ConsoleCost {

	private static final int USUAL = 5000;

	/** Exchanges a second of a moderate load. */
	private static final int MODERATE = 1000;

	private static final Duration SLICE = Duration.ofSeconds(15);

	private static final Duration WARM_UP = Duration.ofSeconds(20);

	private static final String NONE = "none";

	private static final String HEAD = """
			| view | CPU of the gateway, % of a core, at rest | with 1,000 exchanges a second |
			|---|---|---|
			""";

	/** Sorts by a column, and waits for the answer and the next picture. */
	private static final String SORT = """
			const begun = performance.now();
			const before = document.querySelector('th[aria-sort] button');
			const other = [...document.querySelectorAll('th button')].find((each) => each !== before);
			other.click();
			return new Promise((done) => {
				const look = () => other.parentElement.hasAttribute('aria-sort')
					? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look);
				look();
			});
			""";

	private ConsoleCost() {
	}

	static void run() throws Exception {
		BenchmarkOptions options = BenchmarkOptions.fromSystemProperties();
		int sessions = (options.idleSessions() > 0) ? options.idleSessions() : USUAL;
		try (EchoUpstream upstream = new EchoUpstream();
				Gateway gateway = Gateway.start(Scenario.FRAMEGATE, options, upstream.port(), options.payload());
				Crowd crowd = new Crowd();
				Browser browser = Browser.start()) {
			gateway.awaitReady();
			crowd.open(gateway, sessions, options.payload());
			String endpoints = gateway.endpoints();
			if (endpoints == null) {
				throw new IllegalStateException("No management server: " + gateway.lastWords());
			}
			try (Endpoints warmUp = new Endpoints(endpoints)) {
				warmUp.warmUp();
			}
			String page = endpoints.replace("actuator/", "#/");
			StringBuilder table = new StringBuilder(HEAD);
			for (String view : List.of(NONE, "overview", "connections", "closures", "timeouts", "routes")) {
				browser.go(view.equals(NONE) ? "about:blank" : page + view);
				crowd.run(MODERATE, WARM_UP);
				table.append(String.format(Locale.ROOT, "| %s | %.2f | %.2f |%n", view, percent(gateway, crowd, 0),
						percent(gateway, crowd, MODERATE)));
			}
			browser.go(page + "connections");
			browser.await("th[aria-sort]");
			double[] clicks = new double[20];
			for (int i = 0; i < clicks.length; i++) {
				clicks[i] = ((Number) browser.run(SORT)).doubleValue();
			}
			java.util.Arrays.sort(clicks);
			table.append(String.format(Locale.ROOT,
					"%n%,d sessions, so %,d connections. Sorting them by a click takes %.0f ms (median of %d), %.0f ms at most.%n",
					sessions, 2 * sessions, clicks[clicks.length / 2], clicks.length, clicks[clicks.length - 1]));
			Path file = options.directory().resolve("console.md");
			Files.writeString(file, table);
			System.out.println(table + "written to " + file);
		}
	}

	private static double percent(Gateway gateway, Crowd crowd, int pace) throws Exception {
		long cpu = gateway.cpuNanos();
		long start = System.nanoTime();
		crowd.run(pace, SLICE);
		return 100.0 * (gateway.cpuNanos() - cpu) / (System.nanoTime() - start);
	}

}
