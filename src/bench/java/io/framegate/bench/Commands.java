package io.framegate.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.framegate.bench.Scenario.Site;
import io.framegate.timeout.Timeout;

/**
 * The command lines of the gateways, and their configuration.
 */
final class Commands {

	/** Every timer off, as inline YAML. */
	static final String NO_TIMERS = Arrays.stream(Timeout.values())
		.map((timer) -> timer.label() + ": 0")
		.collect(Collectors.joining(", "));

	private Commands() {
	}

	/**
	 * Framegate ending TLS.
	 */
	static List<String> framegateTls(Site site) throws IOException {
		Certificate certificate = Certificate.make(site.directory());
		List<String> command = framegate(site, "session", "framing: crlf");
		Path file = site.directory().resolve("application.yml");
		Files.writeString(file,
				Files.readString(file).replace("framing: crlf, max", "framing: crlf, tls: {bundle: bench}, max") + """
						spring:
						  ssl:
						    bundle:
						      pem:
						        bench:
						          keystore: {certificate: "file:%s", private-key: "file:%s"}
						          options: {enabled-protocols: [TLSv1.3], ciphers: [TLS_AES_128_GCM_SHA256]}
						""".formatted(certificate.chain(), certificate.key()));
		return command;
	}

	/**
	 * Framegate with a declared framing that means {@code length2}.
	 */
	static List<String> framegateDeclared(Site site) throws IOException {
		List<String> command = framegate(site, "session", "framing: declared");
		Files.writeString(site.directory().resolve("application.yml"), """
				  framings:
				    declared: {length-field-length: 2}
				""", StandardOpenOption.APPEND);
		return command;
	}

	static List<String> springIntegration(Site site, String upstreamFraming) {
		return ownClass(site, SpringIntegrationGateway.class, upstreamFraming, String.valueOf(site.payload()));
	}

	static List<String> camel(Site site) {
		return ownClass(site, CamelGateway.class, String.valueOf(site.payload()));
	}

	static List<String> netty(Site site, String transport) {
		return ownClass(site, NettyGateway.class, transport);
	}

	private static List<String> ownClass(Site site, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED",
				"--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), main.getName(),
				String.valueOf(site.port()), String.valueOf(site.upstreamPort())));
		command.addAll(List.of(arguments));
		return java(site, command.toArray(String[]::new));
	}

	/**
	 * Framegate's own jar, its configuration in its working directory.
	 * @param upstream further keys of {@code upstream}, as inline YAML
	 */
	static List<String> framegate(Site site, String mode, String upstream) throws IOException {
		return framegate(site, mode, upstream, "");
	}

	/**
	 * The same with timeouts of its own.
	 * @param timeouts keys of {@code timeouts}, as inline YAML
	 */
	static List<String> framegate(Site site, String mode, String upstream, String timeouts) throws IOException {
		Path jar = site.jar();
		if (!Files.isRegularFile(jar)) {
			throw new IOException("No " + jar + ": run ./mvnw -Pbench verify, or set bench.jar");
		}
		// A stream is one on both sides.
		String inbound = upstream.contains("stream") ? "stream" : "crlf";
		int frame = Math.max(64 * 1024, site.payload());
		String transport = site.transport().isEmpty() ? "" : "transport: " + site.transport();
		Files.writeString(site.directory().resolve("application.yml"), """
				server: {port: 0}
				framegate:
				  %s
				  routes:
				    bench:
				      mode: %s
				      listen: {port: %d, address: 127.0.0.1, framing: %s, max-frame-size: %dB}
				      upstream: {targets: ["127.0.0.1:%d"], max-frame-size: %dB, %s}
				      timeouts: {%s}
				""".formatted(transport, mode, site.port(), inbound, frame, site.upstreamPort(), frame, upstream,
				timeouts));
		return java(site, "-jar", jar.toString());
	}

	static boolean isOnPath(String program) {
		return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, program)));
	}

	private static List<String> java(Site site, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(site.options().javaOptions());
		command.addAll(List.of(arguments));
		return command;
	}

}
