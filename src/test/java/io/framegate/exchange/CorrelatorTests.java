package io.framegate.exchange;

import java.nio.charset.StandardCharsets;

import io.framegate.route.Correlation;
import io.framegate.route.FrameCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class CorrelatorTests {

	private static final int SEARCHED = FrameCondition.SEARCHED_BYTES;

	private static Correlator regex(String request, String reply) {
		return new Correlator(new Correlation(null, null, false, request, reply, true, null, null));
	}

	private static Correlator replyWhen(String condition) {
		return new Correlator(new Correlation(0, 2, false, null, null, true, FrameCondition.of(condition), null));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String key(Correlator correlator, String frame) {
		CorrelationKey key = correlator.inReply(bytes(frame));
		return (key != null) ? key.text() : null;
	}

	@Test
	void allGroupsTogetherAreTheKey() {
		Correlator keys = regex("^(..)..(\\d{6})(T\\d)?", "^(..)..(\\d{6})(T\\d)?");
		String key = key(keys, "0210123456T1");
		assertThat(key(keys, "0200123456T1 more")).isEqualTo(key);
		assertThat(key(keys, "0800123456T1")).isNotEqualTo(key).isNotNull();
		assertThat(key(keys, "0210123457T1")).isNotEqualTo(key).isNotNull();
		assertThat(key(keys, "0210123456T2")).isNotEqualTo(key).isNotNull();
		assertThat(key(keys, "0210123456")).isNotEqualTo(key).isNotNull();
		assertThat(key(keys, "02101234")).isNull();
		// What one group has lost the other has not found.
		Correlator two = regex("(a*)-(a*)", "(a*)-(a*)");
		assertThat(key(two, "aa-a")).isNotEqualTo(key(two, "a-aa"));
	}

	@Test
	void groupNamedKeyIsRewrittenAndRestored() {
		Correlator keys = regex("^(..)..(?P<key>\\d{6})(T\\d)", "^(..)..(?P<key>\\d{6})(T\\d)");
		byte[] request = bytes("0200123456T1 to pay");
		CorrelationKey asked = keys.inRequest(request);
		assertThat(asked.part()).isEqualTo("123456");
		byte[] sent = Correlator.replace(request, asked, "000042");
		assertThat(sent).asString(StandardCharsets.ISO_8859_1).isEqualTo("0200000042T1 to pay");
		byte[] reply = bytes("0210000042T1 paid");
		CorrelationKey found = keys.inReply(reply);
		assertThat(found.text()).isEqualTo(asked.with("000042")).isNotEqualTo(asked.text());
		assertThat(Correlator.replace(reply, found, asked.part())).asString(StandardCharsets.ISO_8859_1)
			.isEqualTo("0210123456T1 paid");
	}

	@Test
	void keyBeyondWhatIsSearchedIsNone() {
		Correlator keys = regex("id=([0-9]+)", "id=([0-9]+)");
		assertThat(key(keys, "x".repeat(SEARCHED - 5) + "id=1;" + "y".repeat(100))).isEqualTo("1");
		assertThat(key(keys, "x".repeat(SEARCHED) + "id=1;")).isNull();
		// It may go on, so that the key would be another.
		assertThat(key(keys, "x".repeat(SEARCHED - 5) + "id=12" + "345;")).isNull();
		assertThat(key(keys, "x".repeat(SEARCHED - 5) + "id=12")).isEqualTo("12");
		Correlator two = regex("(a)b*([0-9]+)", "(a)b*([0-9]+)");
		assertThat(key(two, "x".repeat(SEARCHED - 4) + "ab12" + "3")).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "^0[0-9]1, 0210, true", "^0[0-9]1, 0200, false", "@2:hex:31, 0210, true", "@2:hex:31, 0200, false",
			"@0:021, 0210, true", "@2:base64:MTA=, 0210, true", "@3:10, 0210, false",
			"'^..[\\x80-\\xff]', 12\u00c4, true", "'^..[\\x80-\\xff]', 12a, false" })
	void conditionSaysWhatIsAReply(String condition, String frame, boolean reply) {
		assertThat(replyWhen(condition).isReply(bytes(frame))).isEqualTo(reply);
	}

	@Test
	void frameWithoutAKeyThatIsSearchedForIsNoReply() {
		assertThat(regex("a(.)", "b(.)").isReply(bytes("b1"))).isTrue();
		assertThat(regex("a(.)", "b(.)").isReply(bytes("a1"))).isFalse();
	}

	private static Correlator fixed(int offset, int length) {
		return new Correlator(new Correlation(offset, length, true, null, null, true, null, null));
	}

	/** One byte more than is searched, to see that there is more. */
	@ParameterizedTest
	@CsvSource({ "0, 2, 65536, 8193", "8190, 2, 65536, 8193", "8190, 3, 65536, 8194", "9000, 100, 65536, 9101",
			"9000, 100, 9050, 9051", "9000, 100, 100, 8193" })
	void searchedBytesReachToTheEndOfTheKey(int offset, int length, int longest, int searched) {
		assertThat(fixed(offset, length).searchedBytes(longest)).isEqualTo(searched);
	}

	@ParameterizedTest
	@CsvSource({ "2, 2, 0123, 23", "2, 2, 012345, 23", "2, 2, 012, ", "0, 4, 0123, 0123", "0, 4, 012, " })
	void fixedKeyLiesWithinTheFrame(int offset, int length, String frame, String key) {
		assertThat(key(fixed(offset, length), frame)).isEqualTo(key);
	}

	@ParameterizedTest
	@CsvSource({ "123, false", "1234, true", "12a4, false", "1234/, false", "1234:, false", "0000000009, true" })
	void binaryKeyOfDigitsIsTakenForATraceNumber(String key, boolean digits) {
		Correlator keys = fixed(0, key.length());
		assertThat(keys.isOfDigits(keys.inRequest(bytes(key)))).isEqualTo(digits);
	}

	@Test
	void keyOfARegularExpressionIsOfDigits() {
		Correlator keys = regex("(.)", "(.)");
		assertThat(keys.isOfDigits(keys.inRequest(bytes("x")))).isTrue();
	}

	/** Where the key begins, and how much is seen on either side. */
	@ParameterizedTest
	@CsvSource({ "4, 0, ab", "4, 1, 3ab6", "4, 4, 0123ab6789", "4, 9, 0123ab6789", "0, 2, ab23", "1, 3, 0ab345",
			"8, 2, 67ab" })
	void keyIsSeenWithWhatIsNextToIt(int offset, int margin, String seen) {
		byte[] frame = bytes("0123456789");
		CorrelationKey key = fixed(offset, 2).inRequest(frame);
		assertThat(Correlator.around(frame, key, "ab", margin)).isEqualTo(bytes(seen));
	}

	@Test
	void replyMustHaveTheKeyThatWasAsked() {
		Correlator keys = fixed(0, 2);
		CorrelationKey asked = keys.inRequest(bytes("01 request"));
		assertThat(keys.isReplyTo(asked, bytes("01 reply"))).isTrue();
		assertThat(keys.isReplyTo(asked, bytes("02 reply"))).isFalse();
		assertThat(keys.isReplyTo(asked, bytes("0"))).isFalse();
		assertThat(keys.isReplyTo(null, bytes("02 reply"))).isTrue();
	}

}
