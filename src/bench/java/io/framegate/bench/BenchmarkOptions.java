package io.framegate.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.convert.DurationStyle;

/**
 * What to run, from system properties that Maven passes on ({@code ./mvnw -Pbench verify
 * -Dbench.rounds=3}).
 *
 * @param scenarios {@code bench.only}: labels of {@link Scenario}, by comma
 * @param connections {@code bench.connections}: 50, or several by comma
 * @param depths {@code bench.depths}: 1,16
 * @param payload {@code bench.payload}: bytes of a frame, 64
 * @param rounds {@code bench.rounds}: 5
 * @param warmUp {@code bench.warm-up}: 5s, for each gateway and load
 * @param window {@code bench.window}: 3s
 * @param idleSessions {@code bench.idle}: how many idle sessions to weigh each gateway's
 * memory with, 0 for none; the comparison has 9,000
 * @param handshakes {@code bench.handshakes}: whether TLS handshakes are measured, too
 * @param javaOptions {@code bench.java-options}: for every gateway on the JVM
 * @param transport {@code bench.transport}: of every Framegate whose row names none
 * @param page {@code bench.page}: which page the comparison writes
 * @param jar {@code bench.jar}: Framegate's, the built one by default
 * @param before {@code bench.before}: an earlier Framegate's, for the scenarios
 * {@code before-*}
 * @param directory {@code bench.directory}: where logs and results go
 */
record BenchmarkOptions(List<Scenario> scenarios, List<Integer> connections, List<Integer> depths, int payload,
		int rounds, Duration warmUp, Duration window, int idleSessions, boolean handshakes, List<String> javaOptions,
		String transport, Path page, Path jar, Path before, Path directory) {

	static BenchmarkOptions fromSystemProperties() {
		return fromSystemProperties(0);
	}

	static BenchmarkOptions fromSystemProperties(int idleSessions) {
		return new BenchmarkOptions(list("only", Scenario.usual()).map(Scenario::labelled).toList(),
				list("connections", "50").map(Integer::valueOf).toList(),
				list("depths", "1,16").map(Integer::valueOf).toList(), Integer.parseInt(value("payload", "64")),
				Integer.parseInt(value("rounds", "5")), duration("warm-up", "5s"), duration("window", "3s"),
				Integer.parseInt(value("idle", String.valueOf(idleSessions))),
				Boolean.parseBoolean(value("handshakes", "false")),
				Stream.of(value("java-options", "").split(" ")).filter((option) -> !option.isEmpty()).toList(),
				value("transport", ""), Path.of(value("page", "src/docs/benchmark.md")).toAbsolutePath(),
				Path.of(value("jar", System.getProperty("gateway.jar", "target/framegate.jar"))).toAbsolutePath(),
				Path.of(value("before", "target/before.jar")).toAbsolutePath(),
				Path.of(value("directory", "target/bench")).toAbsolutePath());
	}

	/**
	 * The same with other options of the JVM before those that were set.
	 */
	BenchmarkOptions withJavaOptions(List<String> first) {
		List<String> all = Stream.concat(first.stream(), this.javaOptions.stream()).toList();
		return new BenchmarkOptions(this.scenarios, this.connections, this.depths, this.payload, this.rounds,
				this.warmUp, this.window, this.idleSessions, this.handshakes, all, this.transport, this.page, this.jar,
				this.before, this.directory);
	}

	List<Load> loads() {
		return this.connections.stream()
			.flatMap((count) -> this.depths.stream().map((depth) -> new Load(count, depth, this.payload)))
			.toList();
	}

	private static Stream<String> list(String name, String byDefault) {
		return Arrays.stream(value(name, byDefault).split(",")).map(String::strip);
	}

	private static Duration duration(String name, String byDefault) {
		return DurationStyle.detectAndParse(value(name, byDefault));
	}

	/**
	 * An empty property counts as none.
	 */
	private static String value(String name, String byDefault) {
		String value = System.getProperty("bench." + name, "").strip();
		return value.isEmpty() ? byDefault : value;
	}

}
