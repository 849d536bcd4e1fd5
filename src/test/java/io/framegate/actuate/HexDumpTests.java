package io.framegate.actuate;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Bytes as people copy them.
 */
class HexDumpTests {

	private static final String TEXT = "GET / HTTP/1.1\r\nHost: add.bad.example\r\n\r\n";

	private static String read(String dump) {
		return new String(HexDump.read(dump), StandardCharsets.ISO_8859_1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0005 6865 6c6c 6f", "000568656C6C6F", "00:05:68:65:6c:6c:6f",
			"00 05 68\n65 6c 6c\r\n6f\n", "0x00 0x05 0x68 0x65 0x6c 0x6c 0x6f", "0x000568656c6c6f",
			"\\x00\\x05\\x68\\x65\\x6c\\x6c\\x6f", "00-05-68-65-6c-6c-6f", "00, 05, 68, 65, 6c, 6c, 6f" })
	void plainDigitsAreRead(String digits) {
		assertThat(read(digits)).isEqualTo("\0\5hello");
	}

	@Test
	void outputOfXxdIsRead() {
		assertThat(read("""
				00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..
				00000010: 486f 7374 3a20 6164 642e 6261 642e 6578  Host: add.bad.ex
				00000020: 616d 706c 650d 0a0d 0a                   ample....
				""")).isEqualTo(TEXT);
	}

	@Test
	void outputOfHexdumpIsRead() {
		assertThat(read("""
				00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
				00000010  48 6f 73 74 3a 20 61 64  64 2e 62 61 64 2e 65 78  |Host: add.bad.ex|
				00000020  61 6d 70 6c 65 0d 0a 0d  0a                       |ample....|
				00000029
				""")).isEqualTo(TEXT);
	}

	@Test
	void outputOfTcpdumpIsRead() {
		assertThat(read("""
				\t0x0000:  4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET./.HTTP/1.1..
				\t0x0010:  486f 7374 3a20 6164 642e 6261 642e 6578  Host:.add.bad.ex
				\t0x0020:  616d 706c 650d 0a0d 0a                   ample....
				""")).isEqualTo(TEXT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "   ", "  " })
	void outputOfWiresharkIsRead(String gap) {
		assertThat(read("""
				0000_47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a_GET / HTTP/1.1..
				0010_48 6f 73 74 3a 20 61 64 64 2e 62 61 64 2e 65 78_Host: add.bad.ex
				0020_61 6d 70 6c 65 0d 0a 0d 0a_ample....
				""".replace("_", gap))).isEqualTo(TEXT);
	}

	/** Two packets, each with its own offsets. The last line's characters are digits. */
	@Test
	void packetsFollowOneAnother() {
		assertThat(read("""
				0000   47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..
				0010   61 62   ab
				0000   63 64   cd
				""")).isEqualTo("GET / HTTP/1.1\r\nabcd");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''          | is empty
			'  :\n'     | is empty
			0g          | has the character 'g'
			hello       | has the character 'h'
			000         | has 3 hexadecimal digits, an odd number
			'0000  00 01\n0003  02' | Line 2 of 'bytes' has the offset 0003, but 2 bytes come before it
			'0000  00 01\nhello'    | Line 2 of 'bytes' has no offset
			""")
	void otherTextIsRefused(String text, String message) {
		assertThatExceptionOfType(RejectedRequest.class).isThrownBy(() -> HexDump.read(text))
			.withMessageContaining(message)
			.satisfies((refused) -> assertThat(refused.status()).isEqualTo(400));
	}

	@Test
	void bytesAreLimited() {
		assertThat(HexDump.read("00".repeat(HexDump.MAX))).hasSize(HexDump.MAX);
		assertThatExceptionOfType(RejectedRequest.class).isThrownBy(() -> HexDump.read("00".repeat(HexDump.MAX + 1)))
			.withMessageContaining("at most 65536");
	}

}
