package io.framegate.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.kubernetes.client.openapi.models.V1Pod;
import org.junit.jupiter.api.Assumptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The Helm chart under test, rendered by Helm itself as a native library. Where there is
 * none for this machine, tests are skipped.
 */
final class Chart {

	static final Path DIRECTORY = Path.of("helm/framegate");

	static final String RELEASE = "gw";

	static final String NAMESPACE = "tcp";

	private static final String KUBERNETES = "1.34.0";

	private Chart() {
	}

	/**
	 * The values that the chart is tried with.
	 * @return files, in order
	 */
	static Stream<Path> variants() {
		try (Stream<Path> files = Files.list(DIRECTORY.resolve("ci"))) {
			return files.sorted().toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Path variant(String name) {
		return DIRECTORY.resolve("ci/" + name + "-values.yaml");
	}

	/**
	 * Renders the chart.
	 * @param values files of values, the later ones win
	 * @return what {@code helm template} prints
	 * @throws IllegalStateException with Helm's message
	 */
	static String render(Path... values) {
		return renderChart(DIRECTORY, values);
	}

	private static String renderChart(Path chart, Path... values) {
		assumeHelm();
		TemplateCommand command = new Helm(chart).template()
			.withName(RELEASE)
			.withNamespace(NAMESPACE)
			.withKubeVersion(KUBERNETES);
		Stream.of(values).forEach(command::withValuesFile);
		return command.call();
	}

	/**
	 * What Helm runs as a test. Its library leaves hooks out when it renders, so this is
	 * from a copy of the chart to which the pod is no hook.
	 * @param values the file of values
	 * @param directory where the copy goes
	 * @return the pod
	 * @throws IOException if the chart cannot be copied
	 */
	static V1Pod testPod(Path values, Path directory) throws IOException {
		Path copy = copy(directory);
		Path pod = copy.resolve("templates/tests/connection.yaml");
		String text = Files.readString(pod);
		Files.writeString(pod, text.replace("helm.sh/hook", "example.com/hook"));
		return Manifests.of(renderChart(copy, values)).all(V1Pod.class).findFirst().orElseThrow();
	}

	/**
	 * What {@code helm install} says at its end.
	 * @param values the file of values
	 * @return the notes
	 */
	static String notes(Path values) {
		assumeHelm();
		String output = new Helm(DIRECTORY).install()
			.withName(RELEASE)
			.withNamespace(NAMESPACE)
			.withKubeVersion(KUBERNETES)
			.clientOnly()
			.dryRun()
			.withValuesFile(values)
			.call()
			.getOutput();
		return output.substring(output.indexOf("NOTES:"));
	}

	/**
	 * Renders the chart with values of a test.
	 * @param base a file of values that they are added to
	 * @param values YAML
	 * @return the objects
	 */
	static Manifests render(Path base, String values) {
		try {
			Path file = Files.createTempFile("values", ".yaml");
			try {
				Files.writeString(file, values);
				return Manifests.of(render(base, file));
			}
			finally {
				Files.delete(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Lints a copy of the chart that has some values for its own.
	 * @param values the file of values
	 * @param directory where the copy goes
	 * @return what Helm found, strictly
	 * @throws IOException if the chart cannot be copied
	 */
	static LintResult lint(Path values, Path directory) throws IOException {
		assumeHelm();
		Path copy = copy(directory);
		Map<String, Object> merged = merged(yaml(DIRECTORY.resolve("values.yaml")), yaml(values));
		Files.writeString(copy.resolve("values.yaml"), new Yaml().dump(merged));
		return new Helm(copy).lint().strict().call();
	}

	private static Path copy(Path directory) throws IOException {
		Path copy = directory.resolve("framegate");
		try (Stream<Path> files = Files.walk(DIRECTORY)) {
			for (Path file : files.toList()) {
				Files.copy(file, copy.resolve(DIRECTORY.relativize(file).toString()));
			}
		}
		return copy;
	}

	private static Map<String, Object> yaml(Path file) throws IOException {
		return Manifests.parse(Files.readString(file)).getFirst();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> merged(Map<String, Object> base, Map<String, Object> over) {
		Map<String, Object> all = new LinkedHashMap<>(base);
		over.forEach((key, value) -> all.merge(key, (value != null) ? value : Map.of(),
				(below, above) -> (below instanceof Map<?, ?> left && above instanceof Map<?, ?> right)
						? merged((Map<String, Object>) left, (Map<String, Object>) right) : above));
		return all;
	}

	static void assumeHelm() {
		Assumptions.assumeTrue(
				System.getProperty("os.name").equals("Linux")
						&& List.of("amd64", "x86_64").contains(System.getProperty("os.arch")),
				"Helm's native library is for Linux on x86-64");
	}

}
