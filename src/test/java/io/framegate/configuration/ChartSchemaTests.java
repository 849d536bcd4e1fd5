package io.framegate.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.framegate.framing.BytePattern;
import io.framegate.framing.Framings;
import io.framegate.framing.HexBytes;
import io.framegate.framing.Presets;
import io.framegate.route.AddressBlock;
import io.framegate.route.FrameCondition;
import io.framegate.route.KeyRange;
import io.framegate.route.PortRange;
import io.framegate.route.Target;
import org.junit.jupiter.api.Test;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The schema of the chart's values knows the keys of the gateway's own properties. After
 * a change of them, <code>./mvnw test -Dtest=ChartSchemaTests -Dregenerate</code> writes
 * them into the schema.
 */
class ChartSchemaTests {

	private static final Path FILE = Path.of("helm/framegate/values.schema.json");

	private static final Path FRAMINGS = Path.of("helm/framegate/templates/_framings.tpl");

	private static final String PLACEHOLDER = "\\$\\{.+\\}";

	private static final String NAME = "^[a-z][a-z0-9-]{0,39}$";

	/** What names may be, by the key of their group. */
	private static final Map<String, String> NAMES = Map.of("routes", NAME, "framings", NAME, "map",
			"^[0-9A-Fa-f]{1,2}$");

	private static final Map<String, List<String>> REQUIRED = Map.of("route", List.of("listen"), "listen",
			List.of("port"), "tls", List.of("bundle"));

	@Test
	void keysOfTheChartAreThoseOfTheGateway() throws IOException {
		ObjectNode schema = (ObjectNode) JsonMapper.shared().readTree(FILE.toFile());
		ObjectNode expected = schema.deepCopy();
		ObjectNode definitions = expected.withObject("/definitions");
		definitions.remove(definitions.propertyStream()
			.map(Map.Entry::getKey)
			.filter((name) -> name.startsWith("framegate."))
			.toList());
		generated().forEach((name, definition) -> definitions.set("framegate." + name,
				JsonMapper.shared().valueToTree(definition)));
		if (System.getProperty("regenerate") != null) {
			Files.writeString(FILE, pretty(expected));
		}
		else {
			assertThat(schema).as("regenerate with -Dregenerate").isEqualTo(expected);
		}
	}

	@Test
	void framingsThatTheChartKnowsAreThoseOfTheGateway() throws IOException {
		String expected = "{{/* The framings that need no declaration. Written by ChartSchemaTests with -Dregenerate. */}}\n"
				+ "{{- define \"framegate.framingNames\" -}}\n"
				+ String.join(" ", Stream.concat(Framings.NAMES.stream(), Presets.ALL.keySet().stream()).toList())
				+ "\n{{- end -}}\n";
		if (System.getProperty("regenerate") != null) {
			Files.writeString(FRAMINGS, expected);
		}
		assertThat(Files.readString(FRAMINGS)).as("regenerate with -Dregenerate").isEqualTo(expected);
	}

	@Test
	void chartWarnsOfWhatIsNotBuilt() throws IOException {
		String list = Files.readString(Path.of("helm/framegate/templates/_problems.tpl"));
		assertThat(Pattern.compile("\\(dict \"key\" \"([^\"]+)\"").matcher(list).results().map((key) -> key.group(1)))
			.containsExactlyElementsOf(UnsupportedProperty.ALL.stream().map(UnsupportedProperty::key).toList());
	}

	private static String pretty(ObjectNode node) {
		DefaultIndenter lines = new DefaultIndenter("  ", "\n");
		DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
				Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER))
			.withObjectIndenter(lines);
		return JsonMapper.shared().writer().with(printer).writeValueAsString(node) + "\n";
	}

	/**
	 * A definition for each of the chart's values that is a group of properties.
	 * @return the definitions by the value's name
	 */
	private static Map<String, Object> generated() {
		Schema.Group all = Schema.of(FramegateProperties.class);
		Map<String, Object> definitions = new LinkedHashMap<>();
		all.keys().forEach((key, schema) -> {
			if (key.equals("management")) {
				definitions.put("users", of("users", ((Schema.Group) schema).child("users")));
			}
			else if (!key.equals("reload")) {
				// The chart has a value of its own of that name.
				definitions.put(key, of(key, schema));
			}
		});
		return definitions;
	}

	private static Map<String, Object> of(String key, Schema schema) {
		Map<String, Object> node = new LinkedHashMap<>();
		switch (schema) {
			case Schema.Named named -> {
				node.put("type", "object");
				Map<String, Object> each = of(key.substring(0, key.length() - 1), named.each());
				if (NAMES.containsKey(key)) {
					node.put("additionalProperties", false);
					node.put("patternProperties", Map.of(NAMES.get(key), each));
				}
				else {
					node.put("additionalProperties", each);
				}
			}
			case Schema.Group group -> {
				node.put("type", "object");
				node.put("additionalProperties", false);
				if (REQUIRED.containsKey(key)) {
					node.put("required", REQUIRED.get(key));
				}
				Map<String, Object> properties = new LinkedHashMap<>();
				group.keys().forEach((child, below) -> properties.put(child, of(child, below)));
				node.put("properties", properties);
			}
			case Schema.Rows rows -> {
				node.put("type", "array");
				Map<String, Schema> keys = new LinkedHashMap<>(rows.each().keys());
				keys.values().removeIf(Schema.Rows.class::isInstance);
				node.put("items", of(key, new Schema.Group(keys)));
			}
			case Schema.Leaf leaf when leaf.list() -> {
				node.put("type", List.of("array", "string"));
				node.put("items", value(key, leaf));
			}
			case Schema.Leaf leaf -> node.putAll(value(key, leaf));
		}
		return node;
	}

	private static Map<String, Object> value(String key, Schema.Leaf leaf) {
		if (key.equals("port")) {
			// the chart has to know it, and every client, too
			return Map.of("$ref", "#/definitions/port");
		}
		if (key.equals("framing")) {
			// the names that users declare are theirs
			return text("^([a-z][a-z0-9-]{0,39}|bean:.+|" + PLACEHOLDER + ")$");
		}
		if (key.equals("initial-bytes-to-strip")) {
			return oneOf("integer", "^([0-9]+|all|" + PLACEHOLDER + ")$");
		}
		if (leaf.type() == HexBytes.class) {
			// Helm would read 0064 as a number, so it must be text
			return text("^((0[xX])?[0-9A-Fa-f ]+(, *[0-9A-Fa-f ]+)*|text:.+|.*" + PLACEHOLDER + ".*)$");
		}
		if (leaf.type() == BytePattern.class) {
			return text("^([0-9A-Fa-f? ]|\\[[^\\]]+\\])+$|^text:.+$|" + PLACEHOLDER);
		}
		if (key.equals("password")) {
			return text("^(\\{[^{}]+\\}|\\$2|\\$\\{).+");
		}
		if (leaf.type() == Duration.class) {
			return Map.of("$ref", "#/definitions/duration");
		}
		if (leaf.type() == DataSize.class && leaf.range() != null) {
			return Map.of("$ref", "#/definitions/rate");
		}
		if (leaf.type() == DataSize.class) {
			return Map.of("$ref", "#/definitions/size");
		}
		if (leaf.type() == PortRange.class) {
			return oneOf("integer", "^[0-9]+(-[0-9]+)?$|^" + PLACEHOLDER + "$");
		}
		if (leaf.type() == KeyRange.class) {
			return text("^[0-9]+-[0-9]+$|^" + PLACEHOLDER + "$");
		}
		if (leaf.type() == FrameCondition.class) {
			return Map.of("type", "string");
		}
		if (leaf.type() == MemoryLimit.class) {
			return text("^[0-9]+ ?([A-Za-z]+|%)$|^" + PLACEHOLDER + "$");
		}
		if (leaf.type() == AddressBlock.class) {
			return text("^([0-9A-Fa-f:.]+(/[0-9]{1,3})?|.*" + PLACEHOLDER + ".*)$");
		}
		if (leaf.type() == Target.class) {
			return text("^(.+:[0-9]{1,5}|.*" + PLACEHOLDER + ".*)$");
		}
		if (leaf.type().isEnum()) {
			// YAML reads off as false
			return Map.of("enum",
					leaf.labels()
						.stream()
						.flatMap((label) -> label.equals("off") ? Stream.of(label, false) : Stream.of(label))
						.toList());
		}
		if (leaf.type() == boolean.class || leaf.type() == Boolean.class) {
			return oneOf("boolean", "^" + PLACEHOLDER + "$");
		}
		if (leaf.type() == int.class || leaf.type() == Integer.class) {
			Map<String, Object> number = oneOf("integer", "^" + PLACEHOLDER + "$");
			if (leaf.range() != null) {
				number.put("minimum", leaf.range().min());
				number.put("maximum", leaf.range().max());
			}
			return number;
		}
		assertThat(leaf.type()).as("the type of " + key).isEqualTo(String.class);
		return Map.of("type", "string");
	}

	private static Map<String, Object> text(String pattern) {
		Map<String, Object> node = new LinkedHashMap<>();
		node.put("type", "string");
		node.put("pattern", pattern);
		return node;
	}

	private static Map<String, Object> oneOf(String type, String pattern) {
		Map<String, Object> node = new LinkedHashMap<>();
		node.put("type", List.of(type, "string"));
		node.put("pattern", pattern);
		return node;
	}

}
