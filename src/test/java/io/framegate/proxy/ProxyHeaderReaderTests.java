package io.framegate.proxy;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.proxy.ProxyHeaderReader.Found;
import io.framegate.transport.Addresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.testkit.ProxyBytes.announcing;
import static io.framegate.testkit.ProxyBytes.checked;
import static io.framegate.testkit.ProxyBytes.header;
import static io.framegate.testkit.ProxyBytes.local;
import static io.framegate.testkit.ProxyBytes.tcp;
import static io.framegate.testkit.ProxyBytes.tlv;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Headers as tables of bytes and what they mean, many of them from the specification.
 */
class ProxyHeaderReaderTests {

	private static final InetSocketAddress VIA = new InetSocketAddress("10.0.0.1", 4711);

	private static ProxyHeader read(byte[] bytes) throws InvalidHeaderException {
		ProxyHeaderReader reader = new ProxyHeaderReader();
		for (int i = 0; i < bytes.length; i++) {
			Found found = reader.take(bytes[i]);
			assertThat(found == Found.HEADER).as("a header after %d bytes", i + 1).isEqualTo(i == bytes.length - 1);
		}
		return reader.header(VIA);
	}

	private static byte[] line(String text) {
		return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
	}

	// Version 1

	@ParameterizedTest
	@CsvSource({ "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443, 192.168.0.1:56324, 192.168.0.11:443",
			"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255:65535, 255.255.255.255:65535",
			"PROXY TCP4 0.0.0.0 0.0.0.0 0 0, 0.0.0.0:0, 0.0.0.0:0",
			"PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 1 2, [2001:db8::1]:1, [2001:db8::2]:2",
			"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535, [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535, [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
			"PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2, 192.0.2.1:1, [::1]:2", "PROXY UNKNOWN, '', ''",
			"PROXY UNKNOWN whatever 'you' like, '', ''",
			"PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535, '', ''" })
	void lineNamesTheClient(String text, String source, String destination) throws InvalidHeaderException {
		ProxyHeader header = read(line(text));
		assertThat(header.version()).isEqualTo(1);
		assertThat(header.via()).isEqualTo(VIA);
		assertThat(Addresses.text(header.source())).isEqualTo(source);
		assertThat(Addresses.text(header.destination())).isEqualTo(destination);
		assertThat(header.tlvs()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "PROXY TCP5 1.2.3.4 1.2.3.4 1 2 | protocol", "'PROXY ' | protocol",
					"PROXY tcp4 1.2.3.4 1.2.3.4 1 2 | protocol", "PROXY UNKNOWN4 | protocol",
					"PROXY TCP4 1.2.3.4 1.2.3.4 1 | 4 fields", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3 | 6 fields",
					"PROXY TCP4  1.2.3.4 1.2.3.4 1 2 | 6 fields", "'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 ' | 6 fields",
					"PROXY TCP4 01.2.3.4 1.2.3.4 1 2 | source", "PROXY TCP4 1.2.3 1.2.3.4 1 2 | source",
					"PROXY TCP4 1.2.3.256 1.2.3.4 1 2 | source", "PROXY TCP4 a.example 1.2.3.4 1 2 | source",
					"PROXY TCP4 1.2.3.4 ::1 1 2 | destination", "PROXY TCP6 ::1 1.2.3.4 1 2 | destination",
					"PROXY TCP6 fe80::1%lo ::1 1 2 | source", "PROXY TCP6 : ::1 1 2 | source",
					"PROXY TCP6 1::2::3 ::1 1 2 | source", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2 | source port",
					"PROXY TCP4 1.2.3.4 1.2.3.4 080 2 | source port", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2 | source port",
					"'PROXY TCP4 1.2.3.4 1.2.3.4 1 ' | destination port",
					"PROXY TCP4 1.2.3.4 1.2.3.4 1 +2 | destination port" })
	void wrongLineIsRefused(String text, String message) {
		assertThatExceptionOfType(InvalidHeaderException.class).isThrownBy(() -> read(line(text)))
			.withMessageContaining(message)
			.withMessageNotContaining("1.2.3.4");
	}

	@Test
	void lineEndsWithCrLfWithinItsBound() {
		assertThatExceptionOfType(InvalidHeaderException.class)
			.isThrownBy(() -> read("PROXY UNKNOWN\n".getBytes(StandardCharsets.US_ASCII)))
			.withMessage("its line ends with LF alone");
		assertThatExceptionOfType(InvalidHeaderException.class)
			.isThrownBy(() -> read(line("PROXY UNKNOWN" + "x".repeat(93))))
			.withMessage("no CR LF within 107 bytes");
	}

	// Version 2

	@Test
	void binaryHeaderNamesTheClient() throws InvalidHeaderException {
		// As haproxy 2.6 sends it.
		ProxyHeader four = read(
				HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000c" + "c0000201" + "c6336401" + "303901bb"));
		assertThat(four.version()).isEqualTo(2);
		assertThat(Addresses.text(four.source())).isEqualTo("192.0.2.1:12345");
		assertThat(Addresses.text(four.destination())).isEqualTo("198.51.100.1:443");
		ProxyHeader six = read(tcp("2001:db8::1", 65535, "2001:db8::2", 1));
		assertThat(Addresses.text(six.source())).isEqualTo("[2001:db8::1]:65535");
		assertThat(Addresses.text(six.destination())).isEqualTo("[2001:db8::2]:1");
	}

	static Stream<byte[]> speakingForThemselves() {
		return Stream.of(local(), local(tlv(0xE1, "x")), local(new byte[3 * 5000]), header(0x20, 0x11, new byte[12]),
				header(0x20, 0x11), header(0x20, 0xFF, new byte[7]), local(new byte[] { 1, 2 }),
				local(checked(local())), header(0x21, 0x00), header(0x21, 0x10, new byte[12]),
				header(0x21, 0x12, new byte[12]), header(0x21, 0x22, new byte[36]), header(0x21, 0x31, new byte[216]),
				header(0x21, 0x01));
	}

	@ParameterizedTest
	@MethodSource("speakingForThemselves")
	void localAndWhatIsNotTcpKeepTheSocketsAddress(byte[] bytes) throws InvalidHeaderException {
		ProxyHeader header = read(bytes);
		assertThat(header.source()).isNull();
		assertThat(header.destination()).isNull();
	}

	static Stream<Arguments> wrong() {
		byte[] ends = new byte[12];
		return Stream.of(Arguments.of(header(0x11, 0x11, ends), "its version is 1 instead of 2"),
				Arguments.of(header(0x31, 0x11, ends), "its version is 3 instead of 2"),
				Arguments.of(header(0x22, 0x11, ends), "its command is 2 instead of LOCAL (0) or PROXY (1)"),
				Arguments.of(header(0x21, 0x41, ends), "its address family is 4: 0 to 3 are known"),
				Arguments.of(header(0x21, 0x13, ends), "its transport is 3: 0 to 2 are known"),
				Arguments.of(header(0x21, 0x11, new byte[11]),
						"its 11 bytes are too few for its addresses, which take 12"),
				Arguments.of(header(0x21, 0x21, ends), "its 12 bytes are too few for its addresses, which take 36"),
				Arguments.of(header(0x21, 0x31, ends), "its 12 bytes are too few for its addresses, which take 216"),
				Arguments.of(announcing(0xFFFF, 0x21, 0x11), "it announces 65551 bytes: 16384 are the most"),
				Arguments.of(announcing(0xFFFF, 0x20, 0x00), "it announces 65551 bytes: 16384 are the most"),
				Arguments.of(header(0x21, 0x11, ends, new byte[] { 1 }), "its last value is longer than the header"),
				Arguments.of(header(0x21, 0x11, ends, new byte[] { 1, 0 }), "its last value is longer than the header"),
				Arguments.of(header(0x21, 0x11, ends, new byte[] { 1, 0, 1 }),
						"its last value is longer than the header"),
				Arguments.of(header(0x21, 0x11, ends, new byte[] { 1, -1, -1, 0 }),
						"its last value is longer than the header"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x02, "x".repeat(256))),
						"its value of type 0x02 is not well-formed"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x03, "abc")), "its value of type 0x03 is not well-formed"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x05, "x".repeat(129))),
						"its value of type 0x05 is not well-formed"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x20, "abcd")), "its value of type 0x20 is not well-formed"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x20, new byte[5], new byte[] { 0x21, 0, 9, 1 })),
						"its value of type 0x20 is not well-formed"),
				Arguments.of(header(0x21, 0x11, ends, tlv(0x03, new byte[4])), "its checksum (CRC32C) is wrong"),
				Arguments.of(header(0x21, 0x11, ends, new byte[3 * 5000]), "it has more than 128 values"),
				Arguments.of(local(tlv(0x03, "abcd")), "its checksum (CRC32C) is wrong"));
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void wrongBinaryHeaderIsRefused(byte[] bytes, String message) {
		assertThatExceptionOfType(InvalidHeaderException.class).isThrownBy(() -> read(bytes)).withMessage(message);
	}

	@Test
	void checksumCoversEveryByte() throws InvalidHeaderException {
		byte[] right = checked(tcp("192.0.2.1", 1, "192.0.2.2", 2, tlv(0x02, "a.example")));
		assertThat(TlvNames.named(read(right))).containsOnly(Map.entry("authority", "a.example"));
		IntStream.range(16, right.length)
			.filter((i) -> i != 28 && i != 29 && i != 30 && i != 40 && i != 41 && i != 42)
			.forEach((i) -> {
				byte[] wrong = right.clone();
				wrong[i] ^= 0x10;
				assertThatExceptionOfType(InvalidHeaderException.class).as("byte %d", i).isThrownBy(() -> read(wrong));
			});
	}

	@Test
	void valuesHaveNames() throws InvalidHeaderException {
		byte[] ssl = tlv(0x20, new byte[] { 0x07, 0, 0, 0, 0 }, tlv(0x21, "TLSv1.3"), tlv(0x22, "Zoë"),
				tlv(0x23, "TLS_AES_128_GCM_SHA256"), tlv(0x24, "RSA-SHA256"), tlv(0x25, "RSA2048"),
				tlv(0x28, new byte[] { 0x30 }));
		ProxyHeader header = read(tcp("192.0.2.1", 1, "192.0.2.2", 2, tlv(0x01, "h2"), tlv(0x02, "münchen.example"),
				tlv(0x04, new byte[9]), tlv(0x05, new byte[] { 0, (byte) 0xAB }), ssl, tlv(0x30, "blue"),
				tlv(0xEA, new byte[] { 1 }, "vpce-08d2bf15fac5001c9".getBytes(StandardCharsets.US_ASCII)),
				tlv(0xEE, new byte[] { 1, 0x15, (byte) 0xCD, 0x5B, (byte) 0x87 }),
				tlv(0xE0, HexFormat.of().parseHex("ffffffffc0000001")), tlv(0xE1, "abc"), tlv(0x02, "second")));
		Map<String, String> named = TlvNames.named(header);
		assertThat(named).containsExactly(Map.entry("alpn", "h2"), Map.entry("authority", "münchen.example"),
				Map.entry("unique_id", "00ab"), Map.entry("ssl_verify", "0"), Map.entry("ssl_version", "TLSv1.3"),
				Map.entry("ssl_cn", "Zoë"), Map.entry("ssl_cipher", "TLS_AES_128_GCM_SHA256"),
				Map.entry("ssl_sig_alg", "RSA-SHA256"), Map.entry("ssl_key_alg", "RSA2048"), Map.entry("netns", "blue"),
				Map.entry("aws_vpce_id", "vpce-08d2bf15fac5001c9"), Map.entry("azure_link_id", "2270940437"),
				Map.entry("gcp_psc_id", "18446744072635809793"));
		assertThat(TlvNames.all(header)).containsAllEntriesOf(named).containsEntry("0xE1", "616263").hasSize(14);
	}

	@Test
	void verificationIsNamedOnlyWhereThereWasACertificate() throws InvalidHeaderException {
		assertThat(TlvNames.named(read(local(tlv(0x20, new byte[] { 1, 0, 0, 0, 0 }))))).isEmpty();
		assertThat(TlvNames.named(read(local(tlv(0x20, new byte[] { 3, 0, 0, 0, 18 })))))
			.containsOnly(Map.entry("ssl_verify", "18"));
	}

	@Test
	void idOfText() throws InvalidHeaderException {
		assertThat(TlvNames.named(read(local(tlv(0x05, "7F000001:D1E4")))))
			.containsOnly(Map.entry("unique_id", "7F000001:D1E4"));
	}

	// What is no header

	@ParameterizedTest
	@ValueSource(
			strings = { "G", "PROXx", "PROXY\t", "\rX", "\r\n\r\nX", "\r\n\r\n\0\r\nQUIX", "\026\003\001", "P\r\n" })
	void otherFirstBytesAreNoHeader(String text) throws InvalidHeaderException {
		byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
		ProxyHeaderReader reader = new ProxyHeaderReader();
		int taken = 0;
		while (reader.found() == Found.NOTHING_YET) {
			reader.take(bytes[taken++]);
		}
		assertThat(reader.found()).isEqualTo(Found.NO_HEADER);
		assertThat(reader.taken()).isEqualTo(Arrays.copyOf(bytes, taken));
	}

	@Test
	void headerIsRecognisedBeforeItIsWhole() throws InvalidHeaderException {
		for (byte[] start : List.of("PROXY ".getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(local(), 12))) {
			ProxyHeaderReader reader = new ProxyHeaderReader();
			for (int i = 0; i < start.length; i++) {
				assertThat(reader.take(start[i])).isEqualTo((i < start.length - 1) ? Found.NOTHING_YET : Found.BEGUN);
			}
		}
	}

	// What is sent

	@Test
	void linesAreWritten() {
		assertThat(ProxyHeaders.line(new InetSocketAddress("192.168.0.1", 56324),
				new InetSocketAddress("192.168.0.11", 443)))
			.asString()
			.isEqualTo("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
		assertThat(ProxyHeaders.line(new InetSocketAddress("::1", 1), new InetSocketAddress("192.0.2.1", 2))).asString()
			.isEqualTo("PROXY TCP6 0:0:0:0:0:0:0:1 0:0:0:0:0:ffff:c000:201 1 2\r\n");
	}

	@Test
	void binaryHeadersAreWritten() throws InvalidHeaderException {
		assertThat(ProxyHeaders.local()).isEqualTo(local());
		byte[] name = tlv(0x02, "a.example");
		byte[] received = checked(tcp("192.0.2.1", 12345, "198.51.100.1", 443, tlv(0x04, new byte[3]), name));
		byte[] expected = checked(tcp("192.0.2.7", 12345, "198.51.100.1", 443, name));
		assertThat(ProxyHeaders.binary(new InetSocketAddress("192.0.2.7", 12345),
				new InetSocketAddress("198.51.100.1", 443), read(received).tlvs()))
			.isEqualTo(expected);
		assertThat(
				ProxyHeaders.binary(new InetSocketAddress("192.0.2.7", 1), new InetSocketAddress("::1", 2), List.of()))
			.isEqualTo(header(0x21, 0x21, HexFormat.of().parseHex("00000000000000000000ffffc0000207"), new byte[15],
					new byte[] { 1, 0, 1, 0, 2 }));
	}

}
