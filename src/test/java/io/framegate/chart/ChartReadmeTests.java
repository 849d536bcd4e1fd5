package io.framegate.chart;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentLine;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of values in the chart's README is that of values.yaml's comments. After a
 * change of them, <code>./mvnw test -Dtest=ChartReadmeTests -Dregenerate</code> writes
 * it.
 */
class ChartReadmeTests {

	private static final Path README = Chart.DIRECTORY.resolve("README.md");

	private static final String BEGIN = "<!-- values: begin, written by ChartReadmeTests from values.yaml -->\n";

	private static final String END = "<!-- values: end -->\n";

	@Test
	void tableIsThatOfTheComments() throws IOException {
		String readme = Files.readString(README);
		int begin = readme.indexOf(BEGIN) + BEGIN.length();
		String expected = readme.substring(0, begin) + table() + readme.substring(readme.indexOf(END, begin));
		if (System.getProperty("regenerate") != null) {
			Files.writeString(README, expected);
		}
		else {
			assertThat(readme).as("regenerate with -Dregenerate").isEqualTo(expected);
		}
	}

	@Test
	void versionIsTheProjects() throws IOException {
		String version = Files.readAllLines(Path.of("pom.xml"))
			.stream()
			.filter((line) -> line.startsWith("\t<version>"))
			.findFirst()
			.orElseThrow()
			.replaceAll("</?version>|-SNAPSHOT|\\s", "");
		assertThat(Manifests.parse(Files.readString(Chart.DIRECTORY.resolve("Chart.yaml"))).getFirst())
			.containsEntry("appVersion", version);
	}

	private static String table() throws IOException {
		LoaderOptions options = new LoaderOptions();
		options.setProcessComments(true);
		Node root = new Yaml(new SafeConstructor(options), new Representer(new DumperOptions()), new DumperOptions(),
				options)
			.compose(new StringReader(Files.readString(Chart.DIRECTORY.resolve("values.yaml"))));
		List<String> rows = new ArrayList<>(List.of("| value | default | what |", "|---|---|---|"));
		rows((MappingNode) root, "", rows);
		return String.join("\n", rows) + "\n";
	}

	private static void rows(MappingNode node, String path, List<String> rows) {
		for (NodeTuple tuple : node.getValue()) {
			String key = path + ((ScalarNode) tuple.getKeyNode()).getValue();
			String description = description(tuple.getKeyNode());
			if (!description.isEmpty()) {
				rows.add("| `%s` | `%s` | %s |".formatted(key, byDefault(tuple.getValueNode()), description));
			}
			else {
				assertThat(tuple.getValueNode()).as(key + " without a comment").isInstanceOf(MappingNode.class);
				rows((MappingNode) tuple.getValueNode(), key + ".", rows);
			}
		}
	}

	/**
	 * The comment before a key, from its dashes on.
	 * @param key the key
	 * @return empty where there is none
	 */
	private static String description(Node key) {
		List<CommentLine> comments = (key.getBlockComments() != null) ? key.getBlockComments() : List.of();
		String all = comments.stream()
			.map(CommentLine::getValue)
			.map(String::strip)
			.collect(Collectors.joining(" "))
			.strip();
		int dashes = all.lastIndexOf("-- ");
		return (dashes >= 0) ? all.substring(dashes + 3) : "";
	}

	private static String byDefault(Node node) {
		if (node.getTag().equals(Tag.NULL)) {
			return "null";
		}
		Object value = new Plain().value(node);
		return JsonMapper.shared().writeValueAsString(value).replace("|", "\\|");
	}

	/** Makes plain objects of nodes. */
	private static final class Plain extends SafeConstructor {

		Plain() {
			super(new LoaderOptions());
		}

		Object value(Node node) {
			return constructDocument(node);
		}

	}

}
