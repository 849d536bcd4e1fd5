package io.framegate.framing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The seeds of the fuzzer as ordinary tests.
 */
class FramingFuzzTests {

	static List<Path> seeds() throws IOException {
		try (Stream<Path> seeds = Files.list(Path.of("src/test/resources/fuzz"))) {
			return seeds.filter(Files::isRegularFile).sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void holds(Path seed) throws IOException {
		FramingFuzz.fuzzerTestOneInput(Files.readAllBytes(seed));
	}

	@Test
	void thereAreSeedsForEachFraming() throws IOException {
		List<String> names = seeds().stream().map((seed) -> seed.getFileName().toString()).toList();
		for (Variant variant : Variant.all()) {
			assertThat(names).anyMatch((name) -> name.startsWith(variant.name().toLowerCase() + "-"));
		}
	}

}
