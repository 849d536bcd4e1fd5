package io.framegate.inbound;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import io.framegate.testkit.TestCertificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seeds of the fuzzer, and what is cut from them or changed in them, as ordinary
 * tests.
 */
class IntroductionFuzzTests {

	private static final byte[] LINE = "PROXY TCP4 192.0.2.7 192.0.2.8 40000 7001\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private static final byte[] BINARY = { 0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21,
			0x11, 0, 12, (byte) 192, 0, 2, 7, (byte) 192, 0, 2, 8, (byte) 0x9C, 0x40, 0x1B, 0x59 };

	private static IntroductionFuzz fuzz;

	@BeforeAll
	static void start(@TempDir Path directory) {
		fuzz = new IntroductionFuzz(directory);
	}

	@AfterAll
	static void stop() {
		fuzz.close();
	}

	/** The first record of a client. */
	private static byte[] hello(String... protocols) throws GeneralSecurityException, SSLException {
		SSLEngine engine = TestCertificates.authority("CN=Test CA").trusting().createSSLEngine();
		engine.setUseClientMode(true);
		SSLParameters parameters = engine.getSSLParameters();
		parameters.setProtocols(protocols);
		parameters.setServerNames(List.of(new SNIHostName("localhost")));
		parameters.setApplicationProtocols(new String[] { "lines", "other" });
		engine.setSSLParameters(parameters);
		ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
		engine.wrap(ByteBuffer.allocate(0), record);
		return Arrays.copyOf(record.array(), record.position());
	}

	private static byte[] input(char route, int first, byte[]... parts) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.write(route);
		bytes.write(first);
		for (byte[] part : parts) {
			bytes.writeBytes(part);
		}
		return bytes.toByteArray();
	}

	static List<byte[]> seeds() throws GeneralSecurityException, SSLException {
		byte[] modern = hello("TLSv1.3");
		byte[] both = hello("TLSv1.3", "TLSv1.2");
		byte[] old = hello("TLSv1.2");
		byte[] alert = { 0x15, 3, 3, 0, 2, 2, 0x28 };
		byte[] huge = { 0x16, 3, 1, 0x40, 0, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 3, 3 };
		byte[] http = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
		return List.of(input('a', 0, modern), input('a', 5, both), input('a', 9, old), input('a', 0, alert),
				input('a', 1, huge), input('a', 0, http), input('a', 0, modern, modern), input('a', 0, old, alert),
				input('b', 10, LINE, modern), input('b', 16, BINARY, old), input('b', 0, modern), input('b', 0, BINARY),
				input('b', 0, LINE, http), input('c', 3, LINE, "hello\r\n".getBytes(StandardCharsets.US_ASCII)),
				input('c', 20, BINARY, "hello\r\n".getBytes(StandardCharsets.US_ASCII)), input('c', 0, modern),
				input('c', 0, LINE, BINARY));
	}

	static List<byte[]> changed() throws GeneralSecurityException, SSLException {
		List<byte[]> changed = new ArrayList<>();
		for (byte[] seed : seeds()) {
			changed.add(seed);
			for (int at = 2; at < seed.length; at += Math.max(1, seed.length / 12)) {
				changed.add(Arrays.copyOf(seed, at));
				byte[] other = seed.clone();
				other[at] ^= (byte) 0xFF;
				changed.add(other);
			}
		}
		return changed;
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void holds(byte[] seed) {
		fuzz.test(seed);
		fuzz.check();
	}

	@Test
	void holdsWhatIsCutOrChanged() throws GeneralSecurityException, SSLException {
		changed().forEach(fuzz::test);
		fuzz.check();
	}

}
