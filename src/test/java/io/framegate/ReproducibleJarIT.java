package io.framegate;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who builds the same sources gets the same jar: in another directory, at another time,
 * in another time zone and language, with other permissions. Takes as long as a build
 * without tests, so {@code ./mvnw verify} leaves it out and {@code .ci/run} does not.
 */
class ReproducibleJarIT {

	private static final Path JAR = Path.of(System.getProperty("gateway.jar"));

	@Test
	void secondBuildMakesTheSameBytes(@TempDir Path directory) throws Exception {
		Path copy = Files.createDirectories(directory.resolve("somewhere else").resolve("a-much-longer-name"));
		for (String part : List.of("pom.xml", "mvnw", ".mvn", "src/main")) {
			copy(Path.of(part), copy);
		}
		build(copy);
		Path again = copy.resolve("target").resolve(JAR.getFileName());
		Map<String, Long> first = entries(JAR);
		Map<String, Long> second = entries(again);
		assertThat(Stream.of(first, second).flatMap((entries) -> entries.keySet().stream()).distinct())
			.as("entries that differ")
			.allSatisfy((name) -> assertThat(second.get(name)).as(name).isEqualTo(first.get(name)));
		assertThat(Files.mismatch(again, JAR)).as("the first byte that differs").isEqualTo(-1);
	}

	private static void copy(Path part, Path to) throws IOException {
		try (Stream<Path> files = Files.walk(part)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				Path target = to.resolve(file.toString());
				Files.createDirectories(target.getParent());
				Files.copy(file, target);
				target.toFile().setExecutable(file.toFile().canExecute());
			}
		}
	}

	private static void build(Path copy) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of("bash", "-c", "umask 077; exec ./mvnw \"$@\"", "mvnw", "-B", "-q", "-ntp", "-Dmaven.test.skip",
						"-Dmaven.repo.local=" + System.getProperty("maven.repo.local"), "package"));
		if ("offline=true".equals(System.getProperty("maven.session"))) {
			command.add("-o");
		}
		File log = copy.resolve("build.log").toFile();
		ProcessBuilder builder = new ProcessBuilder(command).directory(copy.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log);
		// Failsafe has set that of the tests, and the manifest tells which one ran Maven.
		builder.environment().put("JAVA_HOME", System.getProperty("maven.java"));
		builder.environment().put("TZ", "Pacific/Kiritimati");
		builder.environment().put("MAVEN_OPTS", "-Duser.language=tr -Duser.country=TR");
		Process process = builder.start();
		try {
			assertThat(process.waitFor(8, TimeUnit.MINUTES)).isTrue();
			assertThat(process.exitValue()).as(Files.readString(log.toPath(), StandardCharsets.UTF_8)).isZero();
		}
		finally {
			process.destroy();
		}
	}

	private static Map<String, Long> entries(Path file) throws IOException {
		Map<String, Long> checksums = new TreeMap<>();
		try (ZipFile jar = new ZipFile(file.toFile())) {
			jar.stream().forEach((ZipEntry entry) -> checksums.put(entry.getName(), entry.getCrc()));
		}
		return checksums;
	}

}
