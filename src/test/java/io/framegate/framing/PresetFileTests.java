package io.framegate.framing;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code framings.yml} says.
 */
class PresetFileTests {

	static Stream<Preset> presets() {
		return Presets.ALL.values().stream();
	}

	@ParameterizedTest
	@MethodSource("presets")
	void presetIsSound(Preset preset) {
		assertThat(preset.name()).matches("[a-z][a-z0-9-]{0,39}").isNotIn(Framings.NAMES);
		assertThat(preset.title()).isNotBlank();
		assertThat(preset.document()).isNotBlank();
		assertThat(Framings.faults(preset.declaration())).isEmpty();
	}

	@Test
	void propertiesAreRead() {
		assertThat(Presets.ALL.get("mllp-lenient").declaration().delimiter()).containsExactly(HexBytes.of("1C0D"),
				HexBytes.of("1C"));
	}

}
