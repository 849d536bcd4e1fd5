package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the first bytes of an unreadable frame are said to look like.
 */
class FirstBytesTests {

	private static final Pattern NAMED = Pattern.compile("\\(framing `([a-z0-9-]+)`\\)");

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", emptyValue = "",
			textBlock = """
					1603010200010001fc0303   | 517  | looks like a TLS ClientHello
					160303007a02000076       | 127  | looks like a TLS ServerHello
					1603                     | 2    | ''
					15030300020228           | 7    | looks like a TLS alert
					0d0a0d0a000d0a515549540a | 28   | looks like a PROXY protocol header
					0b4d53487c               | 100  | looks like HL7 over MLLP (framing `mllp`)
					000a0102030405060708     | 10   | a two-byte length that counts itself would fit
					00080102030405060708     | 10   | a two-byte length would fit
					0a000102030405060708     | 10   | a little-endian two-byte length that counts itself would fit
					08000102030405060708     | 10   | a little-endian two-byte length would fit
					0000000a010203040506     | 10   | a four-byte length that counts itself would fit
					00000006010203040506     | 10   | a four-byte length would fit
					06000000010203040506     | 10   | a little-endian four-byte length would fit
					00060000010203040506     | 10   | a two-byte length with two zero bytes behind it (framing `vap`) would fit
					00000701020304050607     | 10   | a three-byte length (framing `cmf`) would fit
					fffefdfcfbfaf9f8f7f6     | 10   | ''
					00140102030405060708090a0b0c0d0e0f1011121314 | 22 | a two-byte length would fit
					00200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 | 22 | a BCD length in two bytes (framing `bcd`) would fit
					""")
	void bytesLookLike(String hex, int received, String expected) {
		assertThat(FirstBytes.resemblance(HexFormat.of().parseHex(hex), received)).isEqualTo(expected);
	}

	/** Real first messages of each protocol. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0300 0013 0e e0 0000 0000 00 01 0008 0000 0000 | TPKT | tpkt
			0300 0016 11 e0 0000 0001 00 c1020100 c2020102 c0010a | TPKT | tpkt
			0001 0000 0006 11 03 006b 0003 | Modbus TCP | modbus
			0001 0000 0009 11 03 06 ae41 5652 4340 | Modbus TCP | modbus
			7878 0d 01 0123456789012345 0001 8cdd 0d0a | GT06 | gt06
			7878 1f 12 0b081d112e10cf027ac7eb0c46584900148f01cc00287d001fb80003 8081 0d0a | GT06 | gt06
			10 10 0004 4d515454 04 02 003c 0004 74657374 | MQTT | mqtt
			10 8001 0004 4d515454 05 c2 003c | MQTT | mqtt
			414d5150 00000901 | AMQP 0-9-1 | amqp091
			414d5150 03010000 | AMQP 1.0 | amqp1
			01 0000e4 80 000101 00000000 0f1a2b3c 5d6e7f80 | Diameter | diameter
			0100 000000cd 0001 0000 414e59 | DICOM | dicom
			0000002f 00000002 00000000 00000001 | SMPP | smpp
			68 04 07 000000 | IEC 60870-5-104 | iec104
			0000000a ffff 0000 0001 00000001 | HSMS | hsms
			48454c46 38000000 00000000 | OPC UA | opcua
			46494e53 0000000c 00000000 | Omron FINS | fins
			000f 333536333037303432343431303133 | a Teltonika tracker | teltonika
			2323 01 fe 4c534731323334353637383930 | GB/T 32960 | gbt32960
			ffffffffffffffffffffffffffffffff 001d 01 04 | BGP | bgp
			00000044 fe534d42 4000 | SMB 2 | smb2
			0000002a 00030000 7573657200 | PostgreSQL | stream
			02 30323030303030 03 | STX and ETX around a frame | stx-etx
			""")
	void protocolIsNamedWithItsFraming(String hex, String protocol, String framing) {
		byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
		assertThat(FirstBytes.resemblance(bytes, bytes.length))
			.isEqualTo("looks like %s (framing `%s`)".formatted(protocol, framing));
		// Also if only a part of it has come.
		assertThat(FirstBytes.resemblance(bytes, bytes.length + ((bytes[0] == 2) ? 0 : 1000))).contains(protocol);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "=>", emptyValue = "", textBlock = """
			GET / HTTP/1.1     => looks like an HTTP request
			PRI * HTTP/2.0     => looks like an HTTP request
			HTTP/1.1 400 Bad   => looks like an HTTP response
			PROXY TCP4 1.2.3.4 => looks like a PROXY protocol header
			SSH-2.0-OpenSSH    => looks like SSH
			MSH|^~\\&|A        => looks like HL7 without VT
			01840200F23C448128 => looks like four ASCII digits of length (framing `ascii4`)
			8=FIX.4.4^9=65^35=A => looks like FIX (framing `fix`)
			OPTIONS sip:a@b SIP/2.0 => looks like SIP (framing `stream`)
			*1\\r\\n$4\\r\\nPING\\r\\n => looks like Redis (framing `stream`)
			hello, world       => ''
			0000               => ''
			""")
	void textLooksLike(String text, String expected) {
		byte[] bytes = text.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
		assertThat(FirstBytes.resemblance(bytes, 1000)).isEqualTo(expected);
	}

	/** All of it has come. */
	@ParameterizedTest
	@CsvSource(delimiterString = "=>", emptyValue = "",
			textBlock = """
					0010hello12345           => looks like four ASCII digits of length (framing `ascii4`)
					0005hello0003abc         => looks like four ASCII digits of length (framing `ascii4`)
					0005hello, world         => ''
					0000hello                => ''
					2026-11-26               => ''
					12345678                 => looks like four ASCII digits of length (framing `ascii4`)
					000Ahello12345           => a length in four hexadecimal digits (framing `hex4`) would fit
					FACEhello12345           => ''
					45 <34>1 2003-10-11T22:14:15.003Z host app - - => looks like syslog with octet counting (framing `syslog-octets`)
					<34>1 2003-10-11T22:14:15.003Z host app - -\\n => looks like syslog in lines that end with LF (framing `lf`)
					<34>Oct 11 22:14:15 host su: failed\\0          => looks like syslog that ends with NUL (framing `nul`)
					<34>1 2003-10-11T22:14:15.003Z host app - -    => looks like syslog without octet counting (framing `syslog`)
					5:hello,                 => looks like a netstring (framing `netstring`)
					5:hello;                 => ''
					12:30 is the time        => ''
					{"a": 1}\\n              => looks like JSON in lines that end with LF (framing `lf`)
					[{"a": 1}]               => looks like JSON
					{"version":"1.1"}\\0     => looks like JSON that ends with NUL (framing `nul`)
					{curly}                  => ''
					<?xml version="1.0"?><a/>\\r\\n => looks like XML in lines that end with CR LF (framing `crlf`)
					<isomsg direction="x"/>  => looks like XML
					< 5                      => ''
					hello\\r\\n              => looks like text in lines that end with CR LF (framing `crlf`)
					hello\\nworld            => looks like text in lines that end with LF (framing `lf`)
					hello\\0                 => looks like text that ends with NUL (framing `nul`)
					\\vMSH|^~|A\\r\\f\\r     => looks like HL7 over MLLP (framing `mllp`)
					\\vMSH|^~|A\\r\\f        => looks like HL7 over MLLP without CR behind its FS (framing `mllp-lenient`)
					\\vMSH|^~|A\\r\\f\\n     => looks like HL7 over MLLP without CR behind its FS (framing `mllp-lenient`)
					\\n\\vMSH|^~|A\\r\\f\\r  => looks like HL7 over MLLP with bytes before its VT (framing `mllp-lenient`)
					\\vMSH|^~|A\\r\\e        => looks like HL7 over MLLP without FS at its end
					\\s0200\\e?              => looks like STX and ETX around a frame, with a check byte behind them
					""")
	void wholeTextLooksLike(String written, String expected) {
		byte[] bytes = written.replace("\\r", "\r")
			.replace("\\n", "\n")
			.replace("\\0", "\0")
			.replace("\\v", "\u000b")
			.replace("\\f", "\u001c")
			.replace("\\e", "\u0003")
			.replace("\\s", "\u0002")
			.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(FirstBytes.resemblance(bytes, bytes.length)).isEqualTo(expected);
	}

	/** What is too short, or another protocol with bytes that are alike. */
	@ParameterizedTest
	@ValueSource(strings = { "", "16", "0300", "03010013", "7878", "787805ff", "414d", "1610", "0001 0000 0006 11 63",
			"0001 0001 0006 11 03 006b 0003", "10 10 0004 4d515455", "0100000000cd 0002 0000" })
	void otherBytesLookLikeNothing(String hex) {
		byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
		assertThat(FirstBytes.resemblance(bytes, 3000)).isEmpty();
	}

	@Test
	void randomBytesLookLikeNothing() {
		Random random = new Random(12);
		int claims = 0;
		for (int i = 0; i < 200_000; i++) {
			byte[] bytes = new byte[1 + random.nextInt(FirstBytes.ENOUGH)];
			random.nextBytes(bytes);
			if (!FirstBytes.resemblance(bytes, bytes.length + random.nextInt(2) * random.nextInt(60_000)).isEmpty()) {
				claims++;
			}
		}
		// A two-byte length fits one of 16,384 by accident.
		assertThat(claims).isLessThan(100);
	}

	@Test
	void everyFramingThatIsNamedExists() throws Exception {
		int names = 0;
		for (Class<?> type : Arrays.asList(KnownProtocols.class, KnownTexts.class, FittingLengths.class,
				Hl7Blocks.class)) {
			byte[] code = type.getResourceAsStream(type.getSimpleName() + ".class").readAllBytes();
			Matcher named = NAMED.matcher(new String(code, StandardCharsets.ISO_8859_1));
			while (named.find()) {
				names++;
				assertThat(Framings.NAMES.contains(named.group(1)) || Presets.ALL.containsKey(named.group(1)))
					.as(named.group(1))
					.isTrue();
			}
		}
		assertThat(names).isGreaterThan(50);
	}

	@Test
	void bytesAreNeverQuoted() {
		byte[] card = "4111111111111111=2512".getBytes(StandardCharsets.ISO_8859_1);
		assertThat(FirstBytes.resemblance(card, card.length)).doesNotContain("4111", "2512");
	}

}
