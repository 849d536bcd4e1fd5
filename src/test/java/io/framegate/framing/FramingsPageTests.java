package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * <code>src/docs/framings.md</code> has a table of the presets, which <code>./mvnw test
 * -Dtest=FramingsPageTests -Dregenerate</code> writes, and declarations that cut what the
 * page says they do.
 */
class FramingsPageTests {

	private static final Path PAGE = Path.of("src", "docs", "framings.md");

	private static final Path FILE = Path.of("src", "main", "resources", "framings.yml");

	private static final Pattern TABLES = Pattern.compile("(?<=<!-- presets -->\n).*(?=<!-- end of presets -->)",
			Pattern.DOTALL);

	private static final Pattern WORKED = Pattern.compile("```yaml\n([^`]+)```\n\n```text\n(wire[^`]+)```");

	private static final Pattern FRAME = Pattern.compile("wire +([0-9A-F ]+)\npayload +([0-9A-F ]+)\n");

	private static final List<String> DESCRIPTION = List.of("title", "document");

	@Test
	void tablesAreUpToDate() throws IOException {
		String page = Files.readString(PAGE);
		String expected = TABLES.matcher(page)
			.replaceFirst((found) -> tables().replace("\\", "\\\\").replace("$", "\\$"));
		if (System.getProperty("regenerate") != null) {
			Files.writeString(PAGE, expected);
		}
		assertThat(Files.readString(PAGE)).as("run ./mvnw test -Dtest=FramingsPageTests -Dregenerate")
			.isEqualTo(expected)
			.contains("| `post` |");
	}

	/** One for each group of the file. */
	private static String tables() {
		Map<String, Map<String, Object>> presets = presets();
		StringBuilder tables = new StringBuilder("\n");
		Stream.of(read(FILE).split("\n  # ")).skip(1).forEach((group) -> {
			tables.append("### ").append(group.lines().findFirst().orElseThrow()).append("\n\n");
			tables.append("| preset | protocol | declaration | checked against |\n|---|---|---|---|\n");
			Pattern.compile("^  ([a-z0-9-]+):$", Pattern.MULTILINE)
				.matcher(group)
				.results()
				.map((name) -> row(name.group(1), presets.get(name.group(1))))
				.forEach(tables::append);
			tables.append('\n');
		});
		return tables.toString();
	}

	private static String row(String name, Map<String, Object> preset) {
		return "| `%s` | %s | `%s` | %s |\n".formatted(name, preset.get("title"), flow(preset), preset.get("document"));
	}

	private static Map<String, Map<String, Object>> presets() {
		Map<String, Map<String, Map<String, Object>>> file = new Yaml().load(read(FILE));
		return file.get("framings");
	}

	/** As YAML in one line. */
	private static String flow(Object value) {
		if (value instanceof Map<?, ?> map) {
			return map.entrySet()
				.stream()
				.filter((entry) -> !DESCRIPTION.contains(entry.getKey()))
				.map((entry) -> text(entry.getKey()) + ": " + flow(entry.getValue()))
				.collect(Collectors.joining(", ", "{", "}"));
		}
		if (value instanceof List<?> list) {
			return list.stream().map(FramingsPageTests::flow).collect(Collectors.joining(", ", "[", "]"));
		}
		return text(value);
	}

	/** Words stay as they are; what YAML might take for something else is quoted. */
	private static String text(Object value) {
		String text = value.toString();
		boolean plain = !(value instanceof String) || text.matches("[a-z][a-z-]*");
		return plain ? text : text.contains("\\") ? "'" + text + "'" : '"' + text + '"';
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void everyPresetIsInAGroup() {
		assertThat(Presets.ALL.keySet()).allSatisfy((name) -> assertThat(tables()).contains("| `" + name + "` |"));
	}

	@Test
	void declarationsOfTheTableAreThePresets() throws IOException {
		for (Map.Entry<String, Map<String, Object>> preset : presets().entrySet()) {
			assertThat(declaration(flow(preset.getValue()))).as(preset.getKey())
				.isEqualTo(Presets.ALL.get(preset.getKey()).declaration());
		}
	}

	static List<MatchResult> workedOut() {
		return WORKED.matcher(read(PAGE)).results().toList();
	}

	@Test
	void threeAreWorkedOut() {
		assertThat(workedOut()).hasSize(3);
	}

	@ParameterizedTest
	@MethodSource("workedOut")
	void declarationCutsWhatThePageSays(MatchResult worked) throws IOException {
		Framing framing = Framings.of("worked", declaration(worked.group(1)));
		List<MatchResult> frames = FRAME.matcher(worked.group(2)).results().toList();
		assertThat(frames).isNotEmpty();
		for (MatchResult frame : frames) {
			byte[] wire = HexBytes.of(frame.group(1)).toBytes();
			byte[] payload = HexBytes.of(frame.group(2)).toBytes();
			List<byte[]> cut = new ArrayList<>();
			framing.cutter(100).cut(wire, 0, wire.length, cut::add);
			assertThat(cut).containsExactly(payload);
			ByteArrayOutputStream written = new ByteArrayOutputStream();
			framing.serializer().serialize(payload, written);
			assertThat(written.toByteArray()).isEqualTo(wire);
		}
	}

	private static FramingDeclaration declaration(String yaml) throws IOException {
		return new Binder(ConfigurationPropertySources.from(new YamlPropertySourceLoader().load("declaration",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))))
			.bind("", FramingDeclaration.class)
			.get();
	}

}
