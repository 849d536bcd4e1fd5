package io.framegate.mask;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hides values of FIX by their tags. A piece that is no tag and value is hidden. Any
 * thread may call.
 */
final class FixTags implements FrameFormat {

	private static final byte SOH = 1;

	private static final byte[] BEGIN = { '8', '=', 'F', 'I', 'X' };

	/**
	 * Tags whose values may contain anything, by the tag before that has their length.
	 */
	private static final Map<Integer, Integer> DATA = Map.ofEntries(Map.entry(90, 91), Map.entry(93, 89),
			Map.entry(95, 96), Map.entry(212, 213), Map.entry(348, 349), Map.entry(350, 351), Map.entry(352, 353),
			Map.entry(354, 355), Map.entry(356, 357), Map.entry(358, 359), Map.entry(360, 361), Map.entry(362, 363),
			Map.entry(364, 365), Map.entry(445, 446), Map.entry(618, 619), Map.entry(621, 622), Map.entry(1184, 1185),
			Map.entry(1401, 1402), Map.entry(1403, 1404));

	private final Set<Integer> tags;

	FixTags(List<Integer> tags) {
		this.tags = Set.copyOf(tags);
	}

	@Override
	public boolean hide(byte[] frame, Hidden hidden) {
		for (int i = 0; i < BEGIN.length; i++) {
			if (i >= frame.length || frame[i] != BEGIN[i]) {
				return false;
			}
		}
		int before = 0;
		int length = 0;
		int most = Math.min(frame.length, Masks.MAX_LOOKED_AT);
		for (int i = 0; i < most;) {
			int equals = i;
			int tag = 0;
			while (equals < most && equals - i < 6 && frame[equals] >= '0' && frame[equals] <= '9') {
				tag = tag * 10 + frame[equals] - '0';
				equals++;
			}
			boolean valid = equals > i && equals < most && frame[equals] == '=';
			int end = end(frame, equals, most);
			if (!valid) {
				hidden.hide(i, end);
			}
			else if (this.tags.contains(tag)) {
				Integer data = DATA.get(before);
				if (data != null && data == tag) {
					end = end(frame, Math.clamp(equals + 1L + length, end, most), most);
				}
				hidden.hide(equals + 1, end);
			}
			before = tag;
			length = number(frame, equals + 1, end);
			i = end + 1;
		}
		return true;
	}

	private static int end(byte[] frame, int from, int most) {
		int end = from;
		while (end < most && frame[end] != SOH) {
			end++;
		}
		return end;
	}

	private static int number(byte[] frame, int from, int to) {
		int number = 0;
		for (int i = from; i < to && number < 1_000_000; i++) {
			if (frame[i] < '0' || frame[i] > '9') {
				return 0;
			}
			number = number * 10 + frame[i] - '0';
		}
		return number;
	}

}
