package io.framegate.chart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1PodSpec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The two ways of making the image and the chart that runs it agree. The image itself is
 * started by <code>./mvnw -Pimage verify</code>.
 */
class ImageTests {

	private static final Path SOURCES = Path.of("src/image");

	private static V1PodSpec pod() {
		return Chart.render(Chart.variant("minimal"), "{}").deployment().getSpec().getTemplate().getSpec();
	}

	private static V1Container container() {
		return pod().getContainers().getFirst();
	}

	private static String read(String file) throws IOException {
		return Files.readString(SOURCES.resolve(file));
	}

	private static String built(String constant) throws IOException {
		return find(read("java/io/framegate/image/ImageBuild.java"), " " + constant + " = (?:List.of\\()?(.+?)\\)?;\n");
	}

	/** The last, for a Dockerfile has stages. */
	private static String docker(String instruction) throws IOException {
		return find(read("Dockerfile"), "(?s:.*)\n" + instruction + " (.+)\n");
	}

	private static String find(String text, String regex) {
		Matcher matcher = Pattern.compile(regex).matcher(text);
		assertThat(matcher.find()).as(regex).isTrue();
		return matcher.group(1);
	}

	@Test
	void userIsThatOfThePod() throws IOException {
		var security = pod().getSecurityContext();
		String user = security.getRunAsUser() + ":" + security.getRunAsGroup();
		assertThat(docker("USER")).isEqualTo(user);
		assertThat(built("USER")).isEqualTo("\"" + user + "\"");
		assertThat(read("base.sh")).contains("nonroot:x:%s:".formatted(user));
	}

	@Test
	void entrypointIsTheImagesOwn() throws IOException {
		assertThat(container().getCommand()).isNullOrEmpty();
		assertThat(container().getArgs()).isNullOrEmpty();
		assertThat(docker("ENTRYPOINT")).isEqualTo("[" + built("ENTRYPOINT") + "]");
	}

	@Test
	void configurationLiesWhereTheGatewayStarts() throws IOException {
		String directory = docker("WORKDIR");
		assertThat(built("DIRECTORY")).isEqualTo("\"" + directory + "\"");
		assertThat(container().getVolumeMounts())
			.anyMatch((mount) -> mount.getMountPath().equals(directory + "/config"));
	}

	@Test
	void portIsThatOfManagement() throws IOException {
		assertThat(docker("EXPOSE")).isEqualTo("8080").isEqualTo(built("MANAGEMENT_PORT"));
		assertThat(container().getPorts())
			.anyMatch((port) -> port.getName().equals("management") && port.getContainerPort() == 8080);
	}

	@Test
	void nameIsTheChartsAndTheBaseIsTheSame() throws IOException {
		String properties = read("java/io/framegate/image/ImageProperties.java");
		String version = find(read("Dockerfile"), "ARG VERSION=(.+)\n");
		assertThat(container().getImage())
			.isEqualTo(find(properties, "property\\(\"name\", \"(.+):\" \\+ version") + ":" + version);
		assertThat(find(read("Dockerfile"), "\nARG BASE=(.+)\n")).isEqualTo(find(properties, "\"base\", \"(.+?)\""));
	}

	@Test
	void everyLayerOfTheDockerfileIsInTheApplicationsDirectory() throws IOException {
		assertThat(read("options").lines().filter((line) -> line.contains("/app/")))
			.anyMatch((line) -> line.endsWith("=/app/flags"))
			.anyMatch((line) -> line.endsWith("=/app/framegate.aot"))
			.anyMatch((line) -> line.endsWith("=/app/native"))
			.anyMatch((line) -> line.contains("/app/framegate.jar:/app/own/*"));
		assertThat(read("Dockerfile")).contains("COPY app/lib /app/lib\n", "COPY app/native /app/native\n",
				"COPY app/own /app/own\n", "COPY app/framegate.jar app/flags app/options /app/\n",
				"COPY --from=training /app/framegate.aot /app/framegate.aot\n");
	}

	@Test
	void javaTakesTheFlagsAndThePodsOwnOptionsWin() throws Exception {
		assertThat(flags(Map.of())).contains("UseSerialGC = true", "MaxRAMPercentage = 50.000000",
				"ExitOnOutOfMemoryError = true", "UsePerfData = false", "UseCompactObjectHeaders = true",
				"TrimNativeHeapInterval = 5000");
		V1Container changed = Chart
			.render(Chart.variant("minimal"),
					"javaOptions: -XX:MaxRAMPercentage=70 -XX:-UseSerialGC -XX:+UseParallelGC")
			.deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.getFirst();
		Map<String, String> environment = new HashMap<>();
		changed.getEnv().forEach((variable) -> environment.put(variable.getName(), variable.getValue()));
		assertThat(flags(environment)).contains("UseSerialGC = false", "UseParallelGC = true",
				"MaxRAMPercentage = 70.000000", "ExitOnOutOfMemoryError = true");
	}

	/**
	 * What a JVM makes of the image's options, those that are of this machine as well.
	 */
	private static String flags(Map<String, String> environment) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
		read("options").lines()
			.filter((line) -> line.startsWith("-") && !line.startsWith("-XX:AOTCache=") && !line.startsWith("-cp"))
			.map((line) -> line.replace("/app/flags", SOURCES.resolve("flags").toString()))
			.forEach(command::add);
		command.addAll(List.of("-XX:+PrintFlagsFinal", "-version"));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		Process process = builder.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		return output.replaceAll(" +", " ");
	}

}
