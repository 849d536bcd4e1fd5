package io.framegate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.framegate.closure.Side;
import io.framegate.security.ConfiguredUsers;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Every command in README and pages works. Those for a running gateway are run against
 * the demo, on ports of the test's own. Maven's name profiles, options and classes that
 * exist. The others stand in {@link #ELSEWHERE}.
 */
class DocumentedCommandsTests {

	/** How a command begins that is not run here, and why. */
	private static final Map<String, String> ELSEWHERE = Map.ofEntries( //
			Map.entry("kind ", "needs Docker and makes a cluster"), //
			Map.entry("helm ", "needs a cluster; the chart's tests render the chart"), //
			Map.entry("kubectl ", "needs a cluster"), //
			Map.entry("sleep 3; ", "waits for kubectl's port-forward"), //
			Map.entry("htpasswd ", "Apache's tool"), //
			Map.entry("tshark ", "Wireshark's tool, as root"), //
			Map.entry("java -Djarmode=tools ", "needs the built jar"), //
			Map.entry("java -cp ", "needs the extracted jar; ImageIT starts one with code of a user's own"), //
			Map.entry("java -jar ", "needs the built jar; ExamplesTests starts every example"), //
			Map.entry("src/image/base.sh ", "takes minutes; ImageIT starts what it makes"), //
			Map.entry("curl --cacert ", "needs a gateway with TLS; ManagementTlsTests has one"), //
			Map.entry("curl -s -u ann:", "needs the role tap; FramesEndpointTests has it"), //
			Map.entry("curl -sN -u ann:", "needs the role tap; FramesEndpointTests has it"), //
			Map.entry("openssl ", "makes certificates"), //
			Map.entry("unzip -p target/", "needs the built jar; JarIT reads it"), //
			Map.entry("trivy ", "a scanner"), //
			Map.entry("grype ", "a scanner"));

	private static final String EXAMPLE_ID = "mwttvi6f-1";

	private static final Pattern BLOCK = Pattern.compile("^```([a-z]*)\n(.*?)^```$",
			Pattern.DOTALL | Pattern.MULTILINE);

	private static final Pattern INLINE = Pattern.compile("`(\\./mvnw [^`]+|curl [^`]+)`");

	private static Gateway gateway;

	private static int echo;

	/**
	 * A command, and the variables that its block has set before.
	 */
	record Command(Path page, String variables, String text) {

		boolean isMaven() {
			return this.text.contains("./mvnw");
		}

		Optional<String> elsewhere() {
			return ELSEWHERE.keySet().stream().filter(this.text::startsWith).findFirst();
		}

		@Override
		public String toString() {
			return this.page + ": " + this.text;
		}

	}

	@BeforeAll
	static void start() {
		echo = TestPorts.refused();
		gateway = Gateway.start(Path.of("config", "application.yml"), "framegate.demo.echo-port=" + echo,
				"framegate.routes.demo.listen.port=0", "framegate.routes.demo.upstream.targets=127.0.0.1:" + echo,
				"management.endpoint.routes.access=unrestricted", "management.endpoint.connections.access=unrestricted",
				"management.endpoint.timeouts.access=unrestricted", "management.endpoint.targets.access=unrestricted");
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	static List<Path> pages() throws IOException {
		try (Stream<Path> pages = Files.list(Path.of("src", "docs"))) {
			return Stream
				.concat(Stream.of(Path.of("README.md"), Path.of("helm", "framegate", "README.md")),
						pages.filter((page) -> page.toString().endsWith(".md")).sorted())
				.toList();
		}
	}

	static List<Command> commands() throws IOException {
		List<Command> commands = new ArrayList<>();
		for (Path page : pages()) {
			String text = Files.readString(page);
			for (MatchResult block : BLOCK.matcher(text).results().toList()) {
				if (block.group(1).equals("sh")) {
					split(page, block.group(2), commands);
				}
			}
			INLINE.matcher(BLOCK.matcher(text).replaceAll(""))
				.results()
				.map((inline) -> new Command(page, "", inline.group(1).replace('\n', ' ')))
				.forEach(commands::add);
		}
		return commands;
	}

	/** A line each; a here-document belongs to its command. */
	private static void split(Path page, String block, List<Command> commands) {
		StringBuilder variables = new StringBuilder();
		StringBuilder document = new StringBuilder();
		for (String line : block.split("\n")) {
			if (!document.isEmpty() || line.contains("<<EOF")) {
				document.append(line).append('\n');
				if (line.equals("EOF")) {
					commands.add(new Command(page, variables.toString(), document.toString()));
					document.setLength(0);
				}
			}
			else if (line.matches("[A-Z]+=.*")) {
				variables.append(line).append('\n');
			}
			else if (!line.startsWith("#")) {
				commands.add(new Command(page, variables.toString(), line));
			}
		}
	}

	static Stream<Command> played() throws IOException {
		return commands().stream().filter((command) -> !command.isMaven() && command.elsewhere().isEmpty());
	}

	static Stream<Command> maven() throws IOException {
		return commands().stream().filter(Command::isMaven);
	}

	@ParameterizedTest
	@MethodSource("played")
	void works(Command command) throws Exception {
		for (String program : List.of("nc", "curl")) {
			assumeTrue(!command.text().contains(program + " -") || onPath(program), "no " + program);
		}
		try (TestClient client = gateway.connect("demo")) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			String output = run(command);
			if (command.text().contains("hello")) {
				assertThat(output.strip()).isEqualTo("hello");
			}
			if (command.text().contains(EXAMPLE_ID)) {
				client.expectEof();
			}
		}
		finally {
			gateway.operate("POST", "/actuator/routes/demo", "{\"action\":\"resume\"}");
			gateway.operate("POST", "/actuator/targets/demo/127.0.0.1:" + echo, "{\"action\":\"enable\"}");
		}
	}

	private static String run(Command command) throws IOException, InterruptedException {
		String id = gateway.connections("demo")
			.stream()
			.filter((connection) -> connection.side() == Side.INBOUND)
			.map((connection) -> connection.getConnectionId())
			.toList()
			.getLast();
		String script = (command.variables() + command.text())
			.replace("127.0.0.1:8080", "127.0.0.1:" + gateway.httpPort())
			.replaceAll("\\b7001\\b", String.valueOf(gateway.port("demo")))
			.replaceAll("\\b7101$", String.valueOf(echo))
			.replace(EXAMPLE_ID, id)
			.replace("curl -s ", "curl -sS --fail-with-body ");
		ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true);
		builder.environment().put("PASSWORD", gateway.bean(ConfiguredUsers.class).generatedPassword());
		Process process = builder.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(script + "\n" + output).isZero();
		return output;
	}

	private static boolean onPath(String program) {
		return Stream.of(System.getenv("PATH").split(":"))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, program)));
	}

	@ParameterizedTest
	@MethodSource("maven")
	void namesWhatThereIs(Command command) throws IOException {
		String pom = Files.readString(Path.of("pom.xml"));
		Pattern.compile("-P([a-z]+)")
			.matcher(command.text())
			.results()
			.forEach((profile) -> assertThat(pom).contains("<id>" + profile.group(1) + "</id>"));
		for (MatchResult option : Pattern.compile("-D((bench|network|image|fuzz)\\.([a-z-]+))")
			.matcher(command.text())
			.results()
			.toList()) {
			assertThat(pom + sources(option.group(2))).contains(option.group(1));
		}
		for (MatchResult test : Pattern.compile("-D(?:it\\.)?test=(\\w+)").matcher(command.text()).results().toList()) {
			assertThat(sources("bench") + sources("fuzz") + sources("test")).contains("class " + test.group(1) + " ");
		}
	}

	private static String sources(String folder) throws IOException {
		StringBuilder all = new StringBuilder();
		try (Stream<Path> files = Files.walk(Path.of("src", folder, "java"))) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				all.append(Files.readString(file));
			}
		}
		return all.toString();
	}

	@Test
	void whatIsRunElsewhereIsThere() throws IOException {
		List<Command> commands = commands();
		assertThat(ELSEWHERE.keySet())
			.allSatisfy((start) -> assertThat(commands).anyMatch((command) -> command.text().startsWith(start)));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void everyBlockSaysWhatItIs(Path page) throws IOException {
		assertThat(BLOCK.matcher(Files.readString(page)).results()).extracting((block) -> block.group(1))
			.isSubsetOf("sh", "text", "yaml", "json", "java");
	}

	/** Links to files of the project lead somewhere. */
	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(Path page) throws IOException {
		Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)")
			.matcher(Files.readString(page).replace("\n", " "))
			.results()
			.forEach((link) -> {
				Path file = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
				assertThat(file).exists();
				if (link.group(2) != null) {
					assertThat(anchors(file)).as(file.toString()).contains(link.group(2));
				}
			});
	}

	private static List<String> anchors(Path file) {
		try (Stream<String> lines = Files.lines(file)) {
			return lines.filter((line) -> line.startsWith("#"))
				.map((line) -> line.replaceFirst("^#+ ", "").toLowerCase().replaceAll("[^\\w -]", "").replace(' ', '-'))
				.toList();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void closureOfTheReadmeHasTheFieldsOfARealOne() throws IOException {
		String readme = Files.readString(Path.of("README.md"));
		JsonNode shown = BLOCK.matcher(readme)
			.results()
			.filter((block) -> block.group(1).equals("json"))
			.map((block) -> JsonMapper.shared().readTree(block.group(2)))
			.findFirst()
			.orElseThrow();
		try (TestClient client = gateway.connect("demo")) {
			client.sendLine("hello");
			client.halfClose();
			client.readAll();
			gateway.awaitClosure("demo", client);
		}
		JsonNode real = gateway.get("/actuator/closures?side=inbound&limit=1").at("/closures/0");
		assertThat(shown.at("/closures/0").propertyNames()).containsExactlyElementsOf(real.propertyNames());
	}

}
