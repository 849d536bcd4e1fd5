package io.framegate.framing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link FramingFuzz} under Jazzer for a minute: {@code ./mvnw -Pfuzz test}, with
 * {@code -Dfuzz.seconds=600} for ten. Starts with the inputs of
 * {@code src/test/resources/fuzz}. What it finds interesting, or faulty, it keeps in
 * {@code target/fuzz}.
 */
class FramingFuzzer {

	static List<byte[]> seeds() throws IOException {
		List<byte[]> seeds = new ArrayList<>();
		for (Path seed : FramingFuzzTests.seeds()) {
			seeds.add(Files.readAllBytes(seed));
		}
		return seeds;
	}

	@MethodSource("seeds")
	@FuzzTest
	void decodersHold(byte[] input) {
		FramingFuzz.fuzzerTestOneInput(input);
	}

}
