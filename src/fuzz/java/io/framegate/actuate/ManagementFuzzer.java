package io.framegate.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link ManagementFuzz} under Jazzer.
 */
class ManagementFuzzer {

	private static ManagementFuzz fuzz;

	@BeforeAll
	static void start() {
		fuzz = new ManagementFuzz();
	}

	@AfterAll
	static void stop() {
		fuzz.close();
	}

	static List<byte[]> seeds() throws IOException {
		List<byte[]> seeds = new ArrayList<>();
		for (Path seed : ManagementFuzzTests.seeds()) {
			seeds.add(Files.readAllBytes(seed));
		}
		return seeds;
	}

	@MethodSource("seeds")
	@FuzzTest
	void requestsAreAnswered(byte[] input) {
		fuzz.test(input);
	}

}
