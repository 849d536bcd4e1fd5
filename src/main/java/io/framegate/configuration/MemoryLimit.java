package io.framegate.configuration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * How much memory may be held.
 *
 * @param text as written: a size or a percentage
 * @param percent the share of the memory, 0 if it is a size
 * @param size the size in bytes, 0 if it is a share
 */
public record MemoryLimit(String text, int percent, long size) {

	private static final int MAX_PERCENT = 80;

	private static final long MIN_BYTES = 1024 * 1024;

	private static final String ALLOWED = "must be a size from 1MB, such as 256MB, or a percentage from 1% to "
			+ MAX_PERCENT + "%";

	/**
	 * Reads {@code 256MB} or {@code 40%}.
	 * @param text the text
	 * @return the limit
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static MemoryLimit of(String text) {
		String value = text.strip();
		if (value.matches("[0-9]{1,3} ?%")) {
			int percent = Integer.parseInt(value.substring(0, value.length() - 1).strip());
			if (percent < 1 || percent > MAX_PERCENT) {
				throw new IllegalArgumentException(ALLOWED);
			}
			return new MemoryLimit(value, percent, 0);
		}
		if (!value.matches("[0-9]{1,15} ?[A-Za-z]+")) {
			throw new IllegalArgumentException(ALLOWED);
		}
		try {
			return new MemoryLimit(value, 0, DataSize.parse(value.replace(" ", "")).toBytes());
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new IllegalArgumentException(ALLOWED, ex);
		}
	}

	/**
	 * The limit in bytes.
	 * @param available how much memory there is: the heap, or the direct memory if there
	 * is less of it; in bytes
	 * @return bytes
	 */
	public long bytes(long available) {
		return (this.percent > 0) ? available / 100 * this.percent : Math.min(this.size, available / 100 * MAX_PERCENT);
	}

	/**
	 * Why a process cannot have such a limit.
	 * @param heap its largest heap, in bytes
	 * @return the reason, or {@code null}
	 */
	@Nullable String refusal(long heap) {
		if (this.percent > 0) {
			return null;
		}
		if (this.size < MIN_BYTES) {
			return ALLOWED;
		}
		long most = heap / 100 * MAX_PERCENT;
		return (this.size > most) ? "is more than %d%% of the heap, %dMB here; a percentage follows the heap"
			.formatted(MAX_PERCENT, DataSize.ofBytes(most).toMegabytes()) : null;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
