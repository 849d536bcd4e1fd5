package io.framegate.mask;

import java.util.Set;

/**
 * Reads an ISO 8583 message from its type to its last element. It can be read only if
 * each element is what it must be, and the last one ends where the frame ends. One
 * thread.
 */
final class Iso8583Message {

	private static final int BITMAP = 8;

	private final byte[] frame;

	private final Iso8583Encoding encoding;

	private int at;

	/**
	 * A message.
	 * @param frame the frame
	 * @param begin where the message type begins
	 * @param encoding how it is written
	 */
	Iso8583Message(byte[] frame, int begin, Iso8583Encoding encoding) {
		this.frame = frame;
		this.at = begin;
		this.encoding = encoding;
	}

	/**
	 * Whether it begins with a message type: a version, a class from 1 to 8, and two
	 * digits more.
	 */
	boolean hasType() {
		int version = digit(this.at, 0);
		int kind = digit(this.at, 1);
		return ((version >= 0 && version <= 2) || version == 9) && kind >= 1 && kind <= 8 && digit(this.at, 2) >= 0
				&& digit(this.at, 3) >= 0;
	}

	/**
	 * Reads the message and hides elements.
	 * @param wanted the numbers of the elements
	 * @param hidden takes what is hidden, nothing if it cannot be read
	 * @return whether it could be read
	 */
	boolean hide(Set<Integer> wanted, Hidden hidden) {
		int begin = this.at;
		this.at += this.encoding.ofDigits(4);
		boolean[] present = new boolean[Iso8583Element.count() + 2];
		if (!bitmap(present, 1)) {
			return false;
		}
		if (present[1] && !bitmap(present, 65)) {
			return false;
		}
		int first = this.at;
		int[] begins = new int[present.length];
		int[] contents = new int[present.length];
		int[] ends = new int[present.length];
		for (int number = 2; number < present.length; number++) {
			if (present[number]) {
				begins[number] = this.at;
				int length = length(Iso8583Element.of(number));
				contents[number] = this.at;
				if (length < 0 || !content(Iso8583Element.of(number), length)) {
					return false;
				}
				ends[number] = this.at;
			}
		}
		if (this.at != this.frame.length) {
			return false;
		}
		// Neither type nor bitmaps are numbers.
		for (int i = begin; i < first; i++) {
			hidden.field(i);
		}
		for (int number = 2; number < present.length; number++) {
			if (present[number]) {
				hidden.field(begins[number]);
				hidden.field(contents[number]);
				if (wanted.contains(number)) {
					hidden.hide(contents[number], ends[number]);
				}
			}
		}
		return true;
	}

	private boolean bitmap(boolean[] present, int first) {
		int length = this.encoding.hasHexBitmap() ? 2 * BITMAP : BITMAP;
		if (this.at + length > this.frame.length) {
			return false;
		}
		for (int i = 0; i < 8 * BITMAP; i++) {
			boolean set;
			if (this.encoding.hasHexBitmap()) {
				int digit = Character.digit(this.frame[this.at + i / 4], 16);
				if (digit < 0) {
					return false;
				}
				set = (digit >> (3 - i % 4) & 1) == 1;
			}
			else {
				set = (this.frame[this.at + i / 8] >> (7 - i % 8) & 1) == 1;
			}
			present[first + i] = set;
		}
		this.at += length;
		return true;
	}

	/**
	 * Reads how long an element is.
	 * @return its length, negative if it is not valid
	 */
	private int length(Iso8583Element element) {
		if (element.lengthDigits() == 0) {
			return element.length();
		}
		int length = number(element.lengthDigits());
		return (length > element.length()) ? -1 : length;
	}

	private boolean content(Iso8583Element element, int length) {
		return switch (element.kind()) {
			case DIGITS -> digits(length);
			case AMOUNT -> sign() && digits(length);
			case TRACK -> skip(this.encoding.ofDigits(length));
			case TEXT -> skip(length);
			case BYTES -> skip(this.encoding.hasHexBytes() ? 2 * length : length);
			case UNKNOWN -> false;
		};
	}

	private int number(int digits) {
		int length = this.encoding.ofDigits(digits);
		if (this.at + length > this.frame.length) {
			return -1;
		}
		int number = 0;
		int odd = this.encoding.isPacked() ? 2 * length - digits : 0;
		for (int i = 0; i < digits + odd; i++) {
			int digit = digit(this.at, i);
			if (digit < 0) {
				return -1;
			}
			number = 10 * number + digit;
		}
		this.at += length;
		return number;
	}

	private boolean digits(int count) {
		int length = this.encoding.ofDigits(count);
		if (this.at + length > this.frame.length) {
			return false;
		}
		int bad = 0;
		for (int i = 0; i < (this.encoding.isPacked() ? 2 * length : length); i++) {
			bad += (digit(this.at, i) < 0) ? 1 : 0;
		}
		this.at += length;
		// An odd number is filled up to whole bytes, before or after it.
		return bad == 0 || (this.encoding.isPacked() && count % 2 == 1 && bad == 1);
	}

	private boolean sign() {
		boolean signed = this.at < this.frame.length && "CDcd".indexOf(this.frame[this.at]) >= 0;
		this.at++;
		return signed;
	}

	private boolean skip(int length) {
		this.at += length;
		return this.at <= this.frame.length;
	}

	private int digit(int from, int index) {
		int place = from + (this.encoding.isPacked() ? index / 2 : index);
		if (place >= this.frame.length) {
			return -1;
		}
		int octet = this.frame[place] & 0xFF;
		if (this.encoding.isPacked()) {
			int digit = (index % 2 == 0) ? octet >> 4 : octet & 0xF;
			return (digit <= 9) ? digit : -1;
		}
		return (octet >= '0' && octet <= '9') ? octet - '0' : -1;
	}

}
