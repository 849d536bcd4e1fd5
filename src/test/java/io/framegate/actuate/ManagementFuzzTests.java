package io.framegate.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seeds of the fuzzer as ordinary tests.
 */
class ManagementFuzzTests {

	private static ManagementFuzz fuzz;

	@BeforeAll
	static void start() {
		fuzz = new ManagementFuzz();
	}

	@AfterAll
	static void stop() {
		fuzz.close();
	}

	static List<Path> seeds() throws IOException {
		try (Stream<Path> seeds = Files.list(Path.of("src/test/resources/fuzz/management"))) {
			return seeds.sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void holds(Path seed) throws IOException {
		fuzz.test(Files.readAllBytes(seed));
	}

}
