package io.framegate.inbound;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

import javax.net.ssl.SSLException;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link IntroductionFuzz} under Jazzer.
 */
class IntroductionFuzzer {

	private static IntroductionFuzz fuzz;

	@BeforeAll
	static void start(@TempDir Path directory) {
		fuzz = new IntroductionFuzz(directory);
	}

	@AfterAll
	static void stop() {
		fuzz.close();
	}

	static List<byte[]> seeds() throws GeneralSecurityException, SSLException {
		return IntroductionFuzzTests.seeds();
	}

	@MethodSource("seeds")
	@FuzzTest
	void strangersAreEnded(byte[] input) {
		// The client's, and the gateway's own to its server.
		BugDetectors.allowNetworkConnections();
		fuzz.test(input);
	}

}
