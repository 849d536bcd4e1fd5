package io.framegate.configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A limit of memory as it is written, and what it comes to.
 */
class MemoryLimitTests {

	private static final long AVAILABLE = 1000 << 20;

	private static final String ALLOWED = "must be a size from 1MB, such as 256MB, or a percentage from 1% to 80%";

	@ParameterizedTest
	@CsvSource({ "256MB,268435456", "1GB,838860800", "40%,419430400", "25 %,262144000", "80%,838860800" })
	void sizeOrShareOfWhatThereIs(String text, long bytes) {
		assertThat(MemoryLimit.of(text).bytes(AVAILABLE)).isEqualTo(bytes);
	}

	@ParameterizedTest
	@ValueSource(strings = { "lots", "0%", "81%", "100%", "256", "40.5%", "-1MB", "256 apples", "999999999999999GB" })
	void anythingElseIsRefused(String text) {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> MemoryLimit.of(text))
			.withMessage(ALLOWED);
	}

	@Test
	void sizeMustFitTheHeap() {
		assertThat(MemoryLimit.of("1MB").refusal(AVAILABLE)).isNull();
		assertThat(MemoryLimit.of("800MB").refusal(AVAILABLE)).isNull();
		assertThat(MemoryLimit.of("80%").refusal(AVAILABLE)).isNull();
		assertThat(MemoryLimit.of("1000KB").refusal(AVAILABLE)).isEqualTo(ALLOWED);
		assertThat(MemoryLimit.of("801MB").refusal(AVAILABLE))
			.isEqualTo("is more than 80% of the heap, 800MB here; a percentage follows the heap");
	}

}
