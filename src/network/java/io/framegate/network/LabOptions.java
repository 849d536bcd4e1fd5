package io.framegate.network;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.convert.DurationStyle;

/**
 * What to run, from system properties that Maven passes on
 * ({@code ./mvnw -Pnetwork verify -Dnetwork.only=dead-peers}).
 *
 * @param only {@code network.only}: {@code dead-peers}, {@code weak-network}; both by
 * default
 * @param minutes {@code network.minutes}: how long there is traffic in the weak network,
 * 10
 * @param loss {@code network.loss}: how many of 100 packets are lost on each line, 5
 * @param delay {@code network.delay}: of each packet on each line, 20ms; up to half as
 * much is added at random
 * @param clients {@code network.clients}: how many of each kind, 8
 * @param bystanders {@code network.bystanders}: connections beside the dead peers, 50
 * @param jar {@code network.jar}: Framegate's
 * @param directory {@code network.directory}: where logs go
 */
record LabOptions(List<String> only, Duration minutes, int loss, Duration delay, int clients, int bystanders, Path jar,
		Path directory) {

	static LabOptions fromSystemProperties() {
		return new LabOptions(
				Stream.of(value("only", "dead-peers,weak-network").split(",")).map(String::strip).toList(),
				Duration.ofMillis(Math.round(60_000 * Double.parseDouble(value("minutes", "10")))),
				Integer.parseInt(value("loss", "5")), DurationStyle.detectAndParse(value("delay", "20ms")),
				Integer.parseInt(value("clients", "8")), Integer.parseInt(value("bystanders", "50")),
				Path.of(value("jar", System.getProperty("gateway.jar", "target/framegate.jar"))).toAbsolutePath(),
				Path.of(value("directory", "target/network")).toAbsolutePath());
	}

	/**
	 * An empty property counts as none.
	 */
	private static String value(String name, String byDefault) {
		String value = System.getProperty("network." + name, "").strip();
		return value.isEmpty() ? byDefault : value;
	}

}
