package io.framegate.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.ProxyBytes.checked;
import static io.framegate.testkit.ProxyBytes.concat;
import static io.framegate.testkit.ProxyBytes.header;
import static io.framegate.testkit.ProxyBytes.local;
import static io.framegate.testkit.ProxyBytes.tcp;
import static io.framegate.testkit.ProxyBytes.tlv;

/**
 * The seeds of the fuzzer as ordinary tests, and what comes of them by chance.
 */
class ProxyHeaderFuzzTests {

	private static final int MUTANTS = 20_000;

	static List<byte[]> seeds() {
		byte[] ssl = tlv(0x20, new byte[] { 7, 0, 0, 0, 0 }, tlv(0x21, "TLSv1.3"), tlv(0x22, "cn"));
		byte[] everything = tcp("192.0.2.1", 40001, "198.51.100.1", 443, tlv(0x01, "h2"), tlv(0x02, "a.example"),
				tlv(0x04, ""), tlv(0x05, "id"), ssl, tlv(0x30, "ns"), tlv(0xE0, new byte[8]), tlv(0xEA, "\u0001vpce-1"),
				tlv(0xEE, new byte[] { 1, 2, 3, 4, 5 }));
		return Stream.concat(
				Stream
					.of("PROXY TCP4 192.0.2.1 198.51.100.1 40001 443\r\n", "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
							"PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "PROXY UNKNOWN\r\n", "PROXY UNKNOWN x y\r\n",
							"PROXY TCP4  \r\n", "PROXY \r\n", "PROXY\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\n")
					.map((line) -> line.getBytes(StandardCharsets.ISO_8859_1)),
				Stream.of(local(), local(checked(local())), everything, checked(everything),
						tcp("2001:db8::1", 1, "2001:db8::2", 2), header(0x21, 0x31, new byte[216]),
						header(0x21, 0x12, new byte[12]), header(0x20, 0xFF, new byte[3]), header(0x21, 0x00),
						concat(checked(everything), new byte[] { 1, 2, 3 })))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void holds(byte[] seed) {
		for (int length = 0; length <= seed.length; length++) {
			ProxyHeaderFuzz.fuzzerTestOneInput(Arrays.copyOf(seed, length));
		}
	}

	@Test
	void holdsForMutants() {
		Random random = new Random(11);
		List<byte[]> seeds = seeds();
		for (int i = 0; i < MUTANTS; i++) {
			byte[] mutant = seeds.get(random.nextInt(seeds.size())).clone();
			for (int change = random.nextInt(4); change >= 0; change--) {
				mutant[random
					.nextInt(mutant.length)] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(3));
			}
			ProxyHeaderFuzz.fuzzerTestOneInput(Arrays.copyOf(mutant, mutant.length + random.nextInt(8)));
		}
	}

}
