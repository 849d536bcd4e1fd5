package io.framegate.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.sun.management.UnixOperatingSystemMXBean;

/**
 * Runs the {@link Plan} and writes the documentation's page and plot.
 */
final class Comparison {

	/** What a process has open beside the connections. */
	private static final int OTHER_DESCRIPTORS = 500;

	/** What the JVM takes in a container of 512 MB with the image's flags. */
	private static final List<String> SMALL_CONTAINER = List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders",
			"-XX:TrimNativeHeapInterval=5000", "-XX:MaxRAM=512m", "-XX:MaxRAMPercentage=50");

	private final BenchmarkOptions options;

	private final EchoUpstream upstream;

	private final Results results = new Results();

	private final Map<Scenario, IdleSessions.Weight> idle = new EnumMap<>(Scenario.class);

	private final List<String> notes = new ArrayList<>();

	private Comparison(BenchmarkOptions options, EchoUpstream upstream) {
		this.options = options;
		this.upstream = upstream;
	}

	static void run() throws Exception {
		try (EchoUpstream upstream = new EchoUpstream()) {
			Comparison comparison = new Comparison(BenchmarkOptions.fromSystemProperties(Plan.IDLE_SESSIONS), upstream);
			Machine machine = Machine.look();
			comparison.playLoads();
			// What takes long is kept, whatever happens afterwards.
			comparison.publish(machine);
			comparison.weighIdleSessions();
			comparison.publish(machine);
		}
	}

	/**
	 * Gateways are started anew for each size of frames, because Spring Integration takes
	 * an array of the largest size for every frame.
	 */
	private void playLoads() throws IOException, InterruptedException {
		Map<Integer, Map<Load, Set<Scenario>>> bySize = new TreeMap<>();
		Plan.loads().forEach((load, scenarios) -> {
			if (fits(load.toString(), load.connections())) {
				bySize.computeIfAbsent(load.payload(), (size) -> new LinkedHashMap<>()).put(load, present(scenarios));
			}
		});
		for (Map.Entry<Integer, Map<Load, Set<Scenario>>> size : bySize.entrySet()) {
			Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
			size.getValue().values().forEach(scenarios::addAll);
			try (Turns turns = new Turns(this.options, this.upstream)) {
				turns.start(scenarios, size.getKey());
				turns.run(size.getValue(), this.results);
			}
		}
	}

	/**
	 * Each gateway in a fresh process, because a heap that has grown under load hides
	 * what sessions cost.
	 */
	private void weighIdleSessions() throws IOException, InterruptedException {
		int sessions = this.options.idleSessions();
		if (sessions == 0 || !fits(sessions + " idle sessions", sessions)) {
			return;
		}
		BenchmarkOptions small = this.options.withJavaOptions(SMALL_CONTAINER);
		for (Scenario scenario : present(Plan.idle())) {
			try (Turns turns = new Turns(small, this.upstream)) {
				IdleSessions.Weight weight = IdleSessions.weigh(turns.start(scenario, 64), small);
				Turns.say("  %-28s %s".formatted(scenario.label(), weight));
				this.idle.put(scenario, weight);
			}
		}
	}

	/**
	 * Clients and servers are in this process, and a gateway has as many connections.
	 */
	private boolean fits(String what, int clients) {
		long needed = 2L * clients + OTHER_DESCRIPTORS;
		long limit = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
				? system.getMaxFileDescriptorCount() : Long.MAX_VALUE;
		if (needed > limit) {
			note("%s: left out, a process needs %,d descriptors and may have %,d (ulimit -n)".formatted(what, needed,
					limit));
		}
		return needed <= limit;
	}

	private Set<Scenario> present(Set<Scenario> scenarios) {
		Set<Scenario> present = EnumSet.copyOf(scenarios);
		present.removeIf((scenario) -> !scenario.isAvailable());
		scenarios.stream()
			.filter((scenario) -> !present.contains(scenario))
			.forEach((scenario) -> note(scenario.label() + ": left out, this machine does not have it"));
		return present;
	}

	private void note(String note) {
		if (!this.notes.contains(note)) {
			Turns.say(note);
			this.notes.add(note);
		}
	}

	private void publish(Machine machine) throws IOException {
		Page page = new Page(this.options.page());
		page.replace("comparison",
				new ComparisonText(this.options, machine, this.results, this.idle, this.notes).toString());
		Path plot = this.options.page().resolveSibling("benchmark.svg");
		Files.writeString(plot, new Plot(this.results).toString());
		Turns.say("written to " + this.options.page() + " and " + plot);
	}

}
