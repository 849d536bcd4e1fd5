package io.framegate.mask;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hides fields of HL7 version 2, with all their repetitions and components. Lines that
 * are no segments are hidden. Any thread may call.
 */
final class Hl7Fields implements FrameFormat {

	private static final Set<String> HEADERS = Set.of("MSH", "FHS", "BHS");

	private static final int NAME = 3;

	private final Map<String, Set<Integer>> fields = new HashMap<>();

	/**
	 * Takes the fields.
	 * @param fields such as PID-5
	 */
	Hl7Fields(List<String> fields) {
		for (String field : fields) {
			this.fields.computeIfAbsent(field.substring(0, NAME), (any) -> new TreeSet<>())
				.add(Integer.valueOf(field.substring(NAME + 1)));
		}
	}

	@Override
	public boolean hide(byte[] frame, Hidden hidden) {
		int begin = (frame.length > 0 && frame[0] == 0x0B) ? 1 : 0;
		if (!HEADERS.contains(name(frame, begin)) || frame.length < begin + NAME + 1) {
			return false;
		}
		byte separator = frame[begin + NAME];
		int most = Math.min(frame.length, Masks.MAX_LOOKED_AT);
		for (int i = begin; i < most; i++) {
			int end = endOfLine(frame, i, most);
			String name = name(frame, i);
			if (HEADERS.contains(name) && end > i + NAME) {
				separator = frame[i + NAME];
			}
			segment(frame, i, end, name, separator, hidden);
			i = end;
		}
		return true;
	}

	private static int endOfLine(byte[] frame, int from, int most) {
		int end = from;
		while (end < most && frame[end] != '\r' && frame[end] != '\n') {
			end++;
		}
		return end;
	}

	private static String name(byte[] frame, int from) {
		StringBuilder name = new StringBuilder(NAME);
		for (int i = from; i < from + NAME && i < frame.length; i++) {
			char letter = (char) (frame[i] & 0xFF);
			if ((letter >= 'A' && letter <= 'Z') || (i > from && letter >= '0' && letter <= '9')) {
				name.append(letter);
			}
		}
		return name.toString();
	}

	private void segment(byte[] frame, int begin, int end, String name, byte separator, Hidden hidden) {
		if (name.length() < NAME || (end > begin + NAME && frame[begin + NAME] != separator)) {
			hidden.hide(begin, end);
			return;
		}
		Set<Integer> wanted = this.fields.get(name);
		if (wanted == null) {
			return;
		}
		// The separator itself is the first field of a header.
		int number = HEADERS.contains(name) ? 2 : 1;
		int from = begin + NAME + 1;
		for (int i = from; i <= end; i++) {
			if (i == end || frame[i] == separator) {
				if (wanted.contains(number)) {
					hidden.hide(from, i);
				}
				number++;
				from = i + 1;
			}
		}
	}

}
