package io.framegate.exchange;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.route.KeyRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GeneratedKeysTests {

	private static final long REPLY = TimeUnit.SECONDS.toNanos(30);

	private static GeneratedKeys keys(String range) {
		return new GeneratedKeys((range != null) ? KeyRange.of(range) : null, () -> REPLY);
	}

	@Test
	void goRoundTheirRangePaddedWithZeros() {
		GeneratedKeys keys = keys("1-12");
		Set<String> made = new LinkedHashSet<>();
		for (int i = 0; i < 12; i++) {
			made.add(keys.next(6, true, (key) -> false, 1));
		}
		assertThat(new TreeSet<>(made)).containsExactlyElementsOf(IntStream.rangeClosed(1, 12)
			.mapToObj("%06d"::formatted)
			.collect(Collectors.toCollection(TreeSet::new)));
	}

	@Test
	void noneOfARangeComesTwiceWithinTheReplyTime() {
		for (String range : new String[] { "1-1", "7-100", "1-999", "0-9999" }) {
			KeyRange numbers = KeyRange.of(range);
			GeneratedKeys keys = keys(range);
			Set<String> made = new HashSet<>();
			String first = keys.next(4, true, (key) -> false, 1);
			for (String key = first; key != null; key = keys.next(4, true, (any) -> false, 1 + made.size())) {
				assertThat(made.add(key)).as(key + " of " + range).isTrue();
			}
			// A range is looked after in parts: one of 256 may have to rest longer.
			assertThat(made).hasSizeGreaterThanOrEqualTo((int) ((numbers.last() - numbers.first() + 1) * 254 / 256));
			assertThat(keys.next(4, true, (key) -> false, REPLY)).isNull();
			assertThat(keys.next(4, true, (key) -> false, 1 + REPLY + made.size())).isNotNull();
		}
	}

	@Test
	void withoutARangeAllThatFitAreUsedInTurn() {
		GeneratedKeys keys = keys(null);
		for (int round = 0; round < 3; round++) {
			Set<String> made = IntStream.range(0, 10)
				.mapToObj((i) -> keys.next(1, true, (key) -> false, 1))
				.collect(Collectors.toSet());
			assertThat(made).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
		}
		Set<String> binary = IntStream.range(0, 256 * 256)
			.mapToObj((i) -> keys.next(2, false, (key) -> false, 1))
			.collect(Collectors.toSet());
		assertThat(binary).hasSize(256 * 256).contains("\0\0", "\u00FF\u00FF");
	}

	@Test
	void whatIsInUseIsPassedOver() {
		GeneratedKeys keys = keys(null);
		for (int i = 0; i < 20; i++) {
			assertThat(keys.next(1, true, (key) -> !key.equals("4"), 1)).isEqualTo("4");
		}
		assertThat(keys.next(1, true, (key) -> true, 1)).isNull();
	}

	@Test
	void keysWithBytesThatAFramingCannotCarryArePassedOver() {
		for (int i = 0; i < 1000; i++) {
			// LF in the first byte of the first sixteen million, in the second of 65,536.
			for (String range : new String[] { "167772160-335544319", "655360-1310719", "167772160-4294967295" }) {
				GeneratedKeys keys = keys(range);
				assertThat(keys.next(4, false, (key) -> key.indexOf('\n') >= 0, 1)).as(range).isNotNull();
			}
			GeneratedKeys keys = keys(null);
			assertThat(keys.next(8, false, (key) -> key.matches("(?s).*[\\x00\\n\\r\\x1C].*"), 1)).isNotNull();
		}
	}

	@Test
	void noneComesTwiceWithinTheReplyTimeWhereManyArePassedOver() {
		GeneratedKeys keys = keys("1-99999");
		Set<String> made = new HashSet<>();
		String key = keys.next(5, true, (any) -> any.charAt(1) == '7', 1);
		while (key != null) {
			assertThat(made.add(key)).as(key).isTrue();
			key = keys.next(5, true, (any) -> any.charAt(1) == '7', 1 + made.size());
		}
		assertThat(made).hasSizeGreaterThan(50_000);
	}

	@Test
	void doNotBeginWhereAnotherProcessHasBegun() {
		Set<String> first = IntStream.range(0, 20)
			.mapToObj((i) -> keys("1-999999").next(6, true, (key) -> false, 1))
			.collect(Collectors.toSet());
		assertThat(first).hasSizeGreaterThan(10);
	}

	@Test
	void rangeBeyondTheClientsKeyDoesNotFit() {
		GeneratedKeys keys = keys("1000-999999");
		assertThat(keys.fits(6, true)).isTrue();
		assertThat(keys.fits(4, true)).isTrue();
		assertThat(keys.fits(3, true)).isFalse();
		assertThat(keys.fits(2, false)).isTrue();
		assertThat(keys.fits(1, false)).isFalse();
		assertThat(IntStream.range(0, 8900).mapToObj((i) -> keys.next(4, true, (key) -> false, 1)))
			.allSatisfy((key) -> assertThat(key).matches("[1-9][0-9]{3}"));
	}

}
