package io.framegate.proxy;

import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link ProxyHeaderFuzz} under Jazzer:
 * {@code ./mvnw -Pfuzz test -Dtest=ProxyHeaderFuzzer}.
 */
class ProxyHeaderFuzzer {

	static List<byte[]> seeds() {
		return ProxyHeaderFuzzTests.seeds();
	}

	@MethodSource("seeds")
	@FuzzTest
	void readerHolds(byte[] input) {
		ProxyHeaderFuzz.fuzzerTestOneInput(input);
	}

}
