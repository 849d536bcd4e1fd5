package io.framegate.mask;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Which of a frame's first bytes are hidden. One thread.
 */
final class Hidden {

	private static final byte INSTEAD = '*';

	private final boolean[] bytes;

	/** Where fields begin, if that is known. */
	private boolean @Nullable [] fields;

	private boolean any;

	/**
	 * Nothing is hidden yet.
	 * @param length how many bytes are looked at
	 */
	Hidden(int length) {
		this.bytes = new boolean[length];
	}

	/**
	 * Hides some bytes. Those that are not looked at are left out.
	 * @param from the index of the first
	 * @param to the index after the last
	 */
	void hide(int from, int to) {
		int begin = Math.max(from, 0);
		int end = Math.min(to, this.bytes.length);
		if (begin < end) {
			Arrays.fill(this.bytes, begin, end, true);
		}
	}

	void hide(int index) {
		hide(index, index + 1);
	}

	/**
	 * A field begins: a number does not go on from the field before it.
	 * @param index the index of its first byte
	 */
	void field(int index) {
		boolean[] known = (this.fields != null) ? this.fields : new boolean[this.bytes.length];
		this.fields = known;
		if (index < known.length) {
			known[index] = true;
		}
	}

	boolean isFieldAt(int index) {
		return this.fields != null && this.fields[index];
	}

	/**
	 * The first bytes of a frame without what is hidden.
	 * @param frame the frame
	 * @param length how many bytes, at most as many as are looked at
	 * @return a copy
	 */
	byte[] apply(byte[] frame, int length) {
		byte[] shown = Arrays.copyOf(frame, length);
		for (int i = 0; i < length; i++) {
			if (this.bytes[i]) {
				shown[i] = INSTEAD;
				this.any = true;
			}
		}
		return shown;
	}

	/** Whether any byte was hidden when it was applied. */
	boolean isAny() {
		return this.any;
	}

}
