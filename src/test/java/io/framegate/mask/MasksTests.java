package io.framegate.mask;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is hidden in a frame, by tables of frames and what is shown of them.
 */
class MasksTests {

	private static final String CARD = "4111111111111111";

	private static final byte[] PACKED_CARD = HexFormat.of().parseHex(CARD);

	private final AtomicLong clock = new AtomicLong(1);

	private static Mask expression(String expression) {
		return new Mask(List.of(), expression, List.of(), 0, List.of(), List.of());
	}

	private static Mask iso8583(Integer... elements) {
		return new Mask(List.of(), null, List.of(elements), 0, List.of(), List.of());
	}

	private static Mask hl7(String... fields) {
		return new Mask(List.of(), null, List.of(), 0, List.of(fields), List.of());
	}

	private static Mask fix(Integer... tags) {
		return new Mask(List.of(), null, List.of(), 0, List.of(), List.of(tags));
	}

	private Masks masks(Mask... masks) {
		return new Masks(List.of(masks), "orders", this.clock::get);
	}

	private String shown(String frame, Mask... masks) {
		return text(masks(masks).apply(bytes(frame), Masks.MAX_SHOWN, false).bytes());
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			pan=4111111111111111;        | pan=****************;
			no=1234567890123;            | no=1234567890123;
			4111 1111 1111 1111 ok       | **** **** **** **** ok
			4111-1111-1111-1111          | ****-****-****-****
			4111  1111  1111  1111       | ****  ****  ****  ****
			4111   1111   1111   1111    | 4111   1111   1111   1111
			4222222222222 is thirteen    | ************* is thirteen
			378282246310005 is fifteen   | *************** is fifteen
			6304000000000000000 nineteen | ******************* nineteen
			at 12:30 on 2026-11-26       | at 12:30 on 2026-11-26
			411111111111 is twelve       | 411111111111 is twelve
			""")
	void cardNumbersAreHiddenAndNothingElse(String frame, String expected) {
		assertThat(shown(frame)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "16", "0200164", "99999999999999999999" })
	void cardNumberAmongOtherDigitsIsHidden(String before) {
		assertThat(shown(before + CARD + "000000000000123456")).doesNotContain("1111111111111");
	}

	@Test
	void cardNumberIsHiddenThatIsCutOffByTheSize() {
		byte[] frame = bytes("pan=" + CARD + "x".repeat(100));
		for (int size = 1; size < 40; size++) {
			String all = "pan=****************" + "x".repeat(100);
			assertThat(text(masks().apply(frame, size, false).bytes())).isEqualTo(all.substring(0, size));
		}
	}

	@Test
	void cardNumberIsHiddenAcrossTheMostThatIsShown() {
		for (int begin = Masks.MAX_SHOWN - 20; begin <= Masks.MAX_SHOWN; begin++) {
			byte[] frame = bytes("x".repeat(begin) + CARD + "x".repeat(100_000));
			assertThat(text(masks().apply(frame, Masks.MAX_SHOWN, false).bytes())).matches("x+\\**x*");
		}
	}

	@Test
	void cardNumberInPiecesOfAStreamIsHidden() {
		Masks masks = masks();
		for (int cut = 1; cut < CARD.length(); cut++) {
			assertThat(text(masks.apply(bytes("pan=" + CARD.substring(0, cut)), 100, true).bytes()))
				.isEqualTo("pan=" + "*".repeat(cut));
			assertThat(text(masks.apply(bytes(CARD.substring(cut) + ";"), 100, true).bytes()))
				.isEqualTo("*".repeat(CARD.length() - cut) + ";");
		}
		assertThat(text(masks.apply(bytes("4111 1111 "), 100, true).bytes())).isEqualTo("**** **** ");
		assertThat(text(masks.apply(bytes("size=12;"), 100, true).bytes())).isEqualTo("size=12;");
	}

	@Test
	void cardNumberInEbcdicIsHidden() {
		Charset ebcdic = Charset.forName("IBM1047");
		byte[] frame = ("PAN " + CARD + " END").getBytes(ebcdic);
		byte[] shown = masks().apply(frame, 100, false).bytes();
		assertThat(text(shown).substring(4, 20)).isEqualTo("*".repeat(16));
		assertThat(new String(shown, ebcdic)).startsWith("PAN ").endsWith(" END");
	}

	@Test
	void packedCardNumberIsHidden() {
		byte[] frame = concat(new byte[] { 2, 0, 0x70, 0x16 }, PACKED_CARD, new byte[] { (byte) 0xD2, (byte) 0xAA });
		assertThat(text(masks().apply(frame, 100, false).bytes()).substring(4, 12)).isEqualTo("*".repeat(8));
		// Fifteen digits and a filler, beginning within a byte.
		byte[] odd = concat(new byte[] { 0, (byte) 0xFF }, HexFormat.of().parseHex("F378282246310005"));
		assertThat(text(masks().apply(odd, 100, false).bytes()).substring(3)).isEqualTo("*".repeat(7));
	}

	@Test
	void wordsAreNotTakenForPackedDigits() {
		assertThat(shown("the quick brown fox: pay 1234 for QUPTRS that hereby stays")).doesNotContain("*");
		assertThat(shown("Grüße an Straße und Füße: betterthathiddenbytheway")).doesNotContain("*");
	}

	@Test
	void expressionHidesWhatItsGroupsFindOrAllOfIt() {
		assertThat(shown("user=ann pin=1234 pin=77;", expression("pin=[0-9]+"))).isEqualTo("user=ann ******** ******;");
		assertThat(shown("user=ann pin=1234 pin=77;", expression("pin=([0-9]+)")))
			.isEqualTo("user=ann pin=**** pin=**;");
		assertThat(text(masks(expression("key=(\\x00.)"))
			.apply(new byte[] { 'k', 'e', 'y', '=', 0, (byte) 0xFF, '.' }, 100, false)
			.bytes())).isEqualTo("key=**.");
	}

	@Test
	void expressionSeesMoreThanIsShown() {
		byte[] frame = bytes("<pin>" + "1".repeat(50) + "</pin>");
		assertThat(text(masks(expression("<pin>(.*?)</pin>")).apply(frame, 10, false).bytes())).isEqualTo("<pin>*****");
	}

	@Test
	void frameIsHiddenWhoseExpressionTakesTooLong() {
		Masks slow = new Masks(List.of(expression("(?:a*)*b")), "orders", () -> this.clock.addAndGet(2_000_000));
		assertThat(text(slow.apply(bytes("a".repeat(5000) + "x"), 8, false).bytes())).isEqualTo("********");
	}

	@Test
	void hostileFrameTakesLittleTime() {
		Masks masks = new Masks(
				List.of(expression("(?:x+x+)+y"), expression("(?:(?:a?){20}){5}b"), expression("(?:.*,){11}p")),
				"orders", System::nanoTime);
		Random random = new Random(1);
		byte[] digits = new byte[1 << 20];
		for (int i = 0; i < digits.length; i++) {
			digits[i] = (byte) ('0' + random.nextInt(10));
		}
		List<byte[]> hostile = List.of(bytes("x".repeat(1 << 20)), bytes("a".repeat(1 << 20)),
				bytes("a,".repeat(1 << 19)), digits, new byte[1 << 20]);
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 20; round++) {
			long begin = System.nanoTime();
			hostile.forEach((frame) -> masks.apply(frame, Masks.MAX_SHOWN, false));
			least = Math.min(least, System.nanoTime() - begin);
		}
		// Three milliseconds each for expressions, and as much for digits, if nothing
		// else runs.
		assertThat(least).isLessThan(100_000_000);
	}

	private static final String HL7 = """
			MSH|^~\\&|LAB|X|Y|Z|20261126||ORU^R01|42|P|2.5
			PID|1||12345^^^A~678^^^B||Doe^John||19700101
			NK1|1|Doe^Jane
			OBX|1|TX|||a text
			that goes on
			""".replace('\n', '\r');

	@Test
	void hl7FieldsAreHidden() {
		assertThat(shown(HL7, hl7("PID-3", "PID-5", "NK1-2", "MSH-10"))).isEqualTo("""
				MSH|^~\\&|LAB|X|Y|Z|20261126||ORU^R01|**|P|2.5
				PID|1||********************||********||19700101
				NK1|1|********
				OBX|1|TX|||a text
				************
				""".replace('\n', '\r').replace("********************", "*".repeat("12345^^^A~678^^^B".length())));
	}

	@Test
	void hl7BatchMayHaveOtherSeparators() {
		assertThat(shown("FHS|^~\\&|a\rMSH$^~\\&$b\rPID$1$secret\r", hl7("PID-2")))
			.isEqualTo("FHS|^~\\&|a\rMSH$^~\\&$b\rPID$1$******\r");
	}

	@Test
	void whatHasNoneOfTheFormatsIsHidden() {
		assertThat(shown("GET / HTTP/1.1", hl7("PID-5"), fix(1))).isEqualTo("*".repeat(14));
		assertThat(shown("8=FIX.4.4\0011=ann\00135=D\001", hl7("PID-5"), fix(1)))
			.isEqualTo("8=FIX.4.4\0011=***\00135=D\001");
	}

	@Test
	void fixTagsAreHidden() {
		assertThat(shown("8=FIX.4.2\0019=50\00135=A\00195=7\00196=a\0011=b\001c\001554=pw\0011=ACC\00110=1\001",
				fix(96, 554, 1)))
			.isEqualTo("8=FIX.4.2\0019=50\00135=A\00195=7\00196=*******\001554=**\0011=***\00110=1\001");
		// A value that lies about its length, and pieces that are none.
		assertThat(shown("8=FIX.4.2\00195=9999\00158=x\0011=ACC\001junk\001=x\001", fix(1)))
			.isEqualTo("8=FIX.4.2\00195=9999\00158=x\0011=***\001****\001**\001");
	}

	/** Elements 2, 3, 4, 11, 35, 41 and 52. */
	private static final String BITMAP = "7020000020801000";

	private static final byte[] PIN = HexFormat.of().parseHex("8111111111111199");

	@Test
	void iso8583ElementsInAsciiAreHidden() {
		String frame = "0200" + BITMAP + "13" + "1234567890123" + "000000" + "000000001000" + "000042" + "17"
				+ "12345=26011234567" + "TERM0001" + "8111ABCDEF111199";
		assertThat(shown(frame, iso8583(35, 52))).isEqualTo(
				frame.replace("12345=26011234567", "*****************").replace("8111ABCDEF111199", "*".repeat(16)));
	}

	@Test
	void iso8583ElementsBehindABinaryBitmapAreHidden() {
		byte[] frame = concat(bytes("0200"), HexFormat.of().parseHex(BITMAP),
				bytes("13" + "1234567890123" + "000000" + "000000001000" + "000042" + "05" + "123=4" + "TERM0001"),
				PIN);
		String shown = text(masks(iso8583(52)).apply(frame, 1000, false).bytes());
		assertThat(shown).startsWith("0200").contains("TERM0001").endsWith("TERM0001" + "*".repeat(8));
	}

	@Test
	void iso8583ElementsInPackedDigitsAreHidden() {
		byte[] frame = concat(HexFormat.of()
			.parseHex("0200" + BITMAP + "13" + "01234567890123" + "000000" + "000000001000" + "000042" + "09"
					+ "1234D12345"),
				bytes("TERM0001"), PIN);
		String shown = text(masks(iso8583(35, 52)).apply(frame, 1000, false).bytes());
		assertThat(shown).endsWith("\t*****TERM0001********");
		assertThat(shown.substring(0, 4)).isEqualTo("\002\000\160\040");
	}

	@Test
	void iso8583MessageThatCannotBeReadIsHiddenButForItsBeginning() {
		for (String broken : List.of("0200" + BITMAP + "16" + "4111", "0200" + BITMAP + "99" + "1".repeat(120),
				"0200F020000020801000" + "secret", "0200" + BITMAP)) {
			assertThat(shown(broken, iso8583(2))).isEqualTo("02" + "*".repeat(broken.length() - 2));
		}
		assertThat(shown("hello there", iso8583(2))).isEqualTo("*".repeat(11));
	}

	@Test
	void everyFrameIsMaskedWithoutAFault() {
		Masks masks = masks(iso8583(2, 35, 52), hl7("PID-5"), fix(1, 96), expression("a(b)?c"));
		Random random = new Random(7);
		for (int i = 0; i < 3000; i++) {
			byte[] frame = new byte[random.nextInt(300)];
			random.nextBytes(frame);
			byte[] start = bytes(List.of("8=FIX", "MSH|", "0200", "\002\000", "").get(i % 5));
			System.arraycopy(start, 0, frame, 0, Math.min(start.length, frame.length));
			int size = random.nextInt(300);
			assertThat(masks.apply(frame, size, i % 2 == 0).bytes()).hasSize(Math.min(size, frame.length));
		}
	}

	@Test
	void masksAreForTheirRoutes() {
		Mask other = new Mask(List.of("other"), "a", List.of(), 0, List.of(), List.of());
		Masking masking = new Masking(List.of(other), System::nanoTime);
		assertThat(text(masking.of("orders").apply(bytes("a"), 9, false).bytes())).isEqualTo("a");
		assertThat(text(masking.of("other").apply(bytes("a"), 9, false).bytes())).isEqualTo("*");
		masking.take(List.of());
		assertThat(text(masking.of("other").apply(bytes("a"), 9, false).bytes())).isEqualTo("a");
	}

}
