package io.framegate.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import io.netty.util.Version;
import org.apache.camel.CamelContext;

import org.springframework.integration.ip.tcp.connection.TcpNetConnection;

/**
 * Where figures were made, and with which programs.
 *
 * @param cpu the processor's name
 * @param cores how many of it there are
 * @param memory GB of 2^30 bytes
 * @param load the load average before the start
 */
record Machine(String cpu, int cores, long memory, double load) {

	static Machine look() throws IOException {
		return new Machine(line(Path.of("/proc/cpuinfo"), "model name"), Runtime.getRuntime().availableProcessors(),
				ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
					.getTotalMemorySize() >> 30,
				ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
	}

	private static String line(Path file, String key) throws IOException {
		if (!Files.exists(file)) {
			return "unknown";
		}
		try (Stream<String> lines = Files.lines(file)) {
			return lines.filter((line) -> line.startsWith(key))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse("unknown");
		}
	}

	@Override
	public String toString() {
		return Table.format("""
				| | |
				|---|---|
				| date | %s |
				| machine | %d cores of %s, %d GB, load %.1f before the start |
				| system | %s %s |
				| Java | %s, %s |
				| beside it | %s; %s; Spring Integration %s; Camel %s; Netty %s |
				""", LocalDate.now(), this.cores, this.cpu, this.memory, this.load, System.getProperty("os.name"),
				System.getProperty("os.version"), System.getProperty("java.runtime.version"),
				System.getProperty("java.vm.name"), answer("HAProxy", "haproxy", "-v"), answer("nginx", "nginx", "-v"),
				version(TcpNetConnection.class), version(CamelContext.class),
				Version.identify(Channel.class.getClassLoader()).get("netty-transport").artifactVersion());
	}

	private static String version(Class<?> type) {
		return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), "of unknown version");
	}

	/**
	 * The first line that a program says of its version.
	 */
	private static String answer(String name, String... command) {
		try {
			Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
			String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return answer.lines()
				.findFirst()
				.map((line) -> line.replaceFirst("^nginx version: ", "").replaceFirst(" \\d{4}/.*| - https.*", ""))
				.orElse(name);
		}
		catch (IOException ex) {
			return "no " + name;
		}
	}

}
