package io.framegate.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page for people lists what there is.
 */
class ConfigurationPageTests {

	private static final String NOT_YET = "## Not in this version";

	private final String page = Files.readString(Path.of("src", "docs", "configuration.md"));

	ConfigurationPageTests() throws IOException {
	}

	static Stream<String> keys() {
		return leaves("", Schema.of(FramegateProperties.class)).filter((key) -> UnsupportedProperty.ALL.stream()
			.noneMatch((unbuilt) -> key.contains("." + unbuilt.key() + ".") || key.endsWith("." + unbuilt.key())));
	}

	private static Stream<String> leaves(String path, Schema schema) {
		return switch (schema) {
			case Schema.Leaf leaf -> Stream.of(path);
			case Schema.Named named -> leaves(path, named.each());
			case Schema.Rows rows -> Stream.concat(Stream.of(path),
					rows.each()
						.keys()
						.entrySet()
						.stream()
						.filter((key) -> !(key.getValue() instanceof Schema.Rows))
						.flatMap((key) -> leaves(path + "." + key.getKey(), key.getValue())));
			case Schema.Group group ->
				group.keys().entrySet().stream().flatMap((key) -> leaves(path + "." + key.getKey(), key.getValue()));
		};
	}

	@ParameterizedTest
	@MethodSource("keys")
	void propertyIsThere(String key) {
		String last = key.substring(key.lastIndexOf('.') + 1);
		assertThat(this.page.substring(0, this.page.indexOf(NOT_YET)))
			.containsPattern("`([a-z.<>-]*\\.)?" + last + "`");
	}

	@Test
	void whatIsNotThereYetIsSaid() {
		assertThat(UnsupportedProperty.ALL)
			.allSatisfy((unbuilt) -> assertThat(this.page.substring(this.page.indexOf(NOT_YET)))
				.contains("`" + unbuilt.key() + "`"));
	}

}
