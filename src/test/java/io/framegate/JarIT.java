package io.framegate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The bill of materials in the built jar: it is complete, and every library's licence may
 * be used with this project's.
 */
class JarIT {

	/**
	 * Licences whose works may be distributed, unchanged, with one under Apache-2.0. Of a
	 * library with several, the user chooses.
	 */
	private static final Set<String> COMPATIBLE = Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause",
			"EPL-2.0", "Go License");

	private static final Path PAGE = Path.of("src", "docs", "licences.md");

	private static final String BILL = "META-INF/sbom/application.cdx.json";

	private static final String LIBRARIES = "BOOT-INF/lib/";

	private static final SortedSet<String> libraries = new TreeSet<>();

	private static JsonNode bill;

	@BeforeAll
	static void read() throws IOException {
		try (ZipFile jar = new ZipFile(System.getProperty("gateway.jar"))) {
			jar.stream()
				.map(ZipEntry::getName)
				.filter((name) -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
				.map((name) -> name.substring(LIBRARIES.length()))
				.forEach(libraries::add);
			ZipEntry entry = jar.getEntry(BILL);
			assumeTrue(entry != null || !"offline=true".equals(System.getProperty("maven.session")),
					"made only if Maven is online");
			assertThat(entry).as(BILL).isNotNull();
			try (InputStream text = jar.getInputStream(entry)) {
				bill = new JsonMapper().readTree(text);
			}
		}
	}

	@Test
	void billListsEveryLibrary() {
		SortedSet<String> listed = components().stream()
			.map(JarIT::file)
			.collect(Collectors.toCollection(TreeSet::new));
		// Spring Boot leaves out starters, which are empty, and its annotation processor.
		listed.removeIf((name) -> name.matches("spring-boot-(starter|configuration-processor)-.*"));
		// It adds the tools that unpack the jar.
		assertThat(libraries).filteredOn((name) -> !name.startsWith("spring-boot-jarmode-tools-"))
			.hasSizeGreaterThan(50)
			.containsExactlyElementsOf(listed);
	}

	@Test
	void licencesAreCompatible() {
		assertThat(components()).allSatisfy(
				(component) -> assertThat(licences(component)).as(file(component)).containsAnyElementsOf(COMPATIBLE));
	}

	@Test
	void pageListsTheLicences() throws IOException {
		String page = Files.readString(PAGE);
		String head = page.substring(0, page.indexOf("| licence |"));
		String expected = head + table();
		if (System.getProperty("regenerate") != null) {
			Files.writeString(PAGE, expected);
		}
		assertThat(Files.readString(PAGE)).as("run ./mvnw verify -Dtests.skip -Dregenerate").isEqualTo(expected);
	}

	private static String table() {
		StringBuilder table = new StringBuilder("| licence | libraries |\n|---|---|\n");
		components().stream()
			.collect(Collectors.groupingBy((component) -> String.join(" or ", licences(component)), TreeMap::new,
					Collectors.groupingBy((component) -> component.get("group").asString(), TreeMap::new,
							Collectors.mapping((component) -> component.get("name").asString(),
									Collectors.toCollection(TreeSet::new)))))
			.forEach((licence, groups) -> groups.forEach((group, names) -> table
				.append("| %s | %s: %s |\n".formatted(licence, group, String.join(", ", names)))));
		return table.toString();
	}

	private static List<JsonNode> components() {
		return bill.get("components").valueStream().toList();
	}

	private static SortedSet<String> licences(JsonNode component) {
		return component.path("licenses")
			.valueStream()
			.map((each) -> each.has("expression") ? each.get("expression").asString()
					: each.at("/license/id").asString(each.at("/license/name").asString("")))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/** As in {@code netty-transport-native-epoll-4.2.18.Final-linux-x86_64.jar}. */
	private static String file(JsonNode component) {
		String place = component.get("purl").asString();
		Function<String, String> part = (name) -> place.contains(name + "=")
				? "-" + place.replaceAll(".*[?&]" + name + "=([^&]*).*", "$1") : "";
		return java.net.URLDecoder.decode(component.get("name").asString() + "-" + component.get("version").asString()
				+ part.apply("classifier") + ".jar", StandardCharsets.UTF_8);
	}

}
