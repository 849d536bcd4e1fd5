package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the first bytes of an unreadable frame are said to look like.
 */
class FirstBytesTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", emptyValue = "", textBlock = """
			1603010200010001fc0303   | 517  | looks like a TLS ClientHello
			160303007a02000076       | 127  | looks like a TLS ServerHello
			1603                     | 2    | ''
			15030300020228           | 7    | looks like a TLS alert
			0d0a0d0a000d0a515549540a | 28   | looks like a PROXY protocol header
			0b4d53487c               | 100  | looks like HL7 over MLLP (framing mllp)
			000a0102030405060708     | 10   | a two-byte length that counts itself would fit
			00080102030405060708     | 10   | a two-byte length would fit
			0a000102030405060708     | 10   | a little-endian two-byte length that counts itself would fit
			08000102030405060708     | 10   | a little-endian two-byte length would fit
			0000000a010203040506     | 10   | a four-byte length that counts itself would fit
			00000006010203040506     | 10   | a four-byte length would fit
			06000000010203040506     | 10   | a little-endian four-byte length would fit
			fffefdfcfbfaf9f8f7f6     | 10   | ''
			""")
	void bytesLookLike(String hex, int received, String expected) {
		assertThat(FirstBytes.resemblance(HexFormat.of().parseHex(hex), received)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "=>", emptyValue = "", textBlock = """
			GET / HTTP/1.1     => looks like an HTTP request
			PRI * HTTP/2.0     => looks like an HTTP request
			HTTP/1.1 400 Bad   => looks like an HTTP response
			PROXY TCP4 1.2.3.4 => looks like a PROXY protocol header
			SSH-2.0-OpenSSH    => looks like SSH
			MSH|^~\\&|A        => looks like HL7 without VT
			01840200F23C448128 => looks like a length in four ASCII digits
			hello, world       => ''
			""")
	void textLooksLike(String text, String expected) {
		assertThat(FirstBytes.resemblance(text.getBytes(StandardCharsets.ISO_8859_1), 1000)).isEqualTo(expected);
	}

}
