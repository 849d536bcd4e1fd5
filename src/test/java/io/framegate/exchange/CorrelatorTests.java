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

}
