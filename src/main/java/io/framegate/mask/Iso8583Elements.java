package io.framegate.mask;

import java.util.List;
import java.util.Set;

/**
 * Hides data elements of ISO 8583:1987. If a message cannot be read to its end in any
 * encoding, all of its elements are hidden. Any thread may call.
 */
final class Iso8583Elements implements FrameFormat {

	private final Set<Integer> numbers;

	private final int header;

	/**
	 * Takes the elements.
	 * @param numbers their numbers
	 * @param header how many bytes stand before the message type
	 */
	Iso8583Elements(List<Integer> numbers, int header) {
		this.numbers = Set.copyOf(numbers);
		this.header = header;
	}

	@Override
	public boolean hide(byte[] frame, Hidden hidden) {
		boolean typed = false;
		for (Iso8583Encoding encoding : Iso8583Encoding.values()) {
			Iso8583Message message = new Iso8583Message(frame, this.header, encoding);
			if (message.hasType()) {
				typed = true;
				if (message.hide(this.numbers, hidden)) {
					return true;
				}
			}
		}
		if (typed) {
			hidden.hide(this.header + 2, frame.length);
		}
		return typed;
	}

}
