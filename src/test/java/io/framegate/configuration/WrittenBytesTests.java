package io.framegate.configuration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.framegate.framing.BytePattern;
import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.HexBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bytes count as they are written, though YAML reads many of them as numbers. The files
 * are read as Spring Boot reads them at a start.
 */
class WrittenBytesTests {

	@TempDir
	private Path directory;

	private Map<String, FramingDeclaration> file(String name, String text, String... arguments) throws IOException {
		Path file = Files.writeString(this.directory.resolve(name), text);
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--spring.config.location=file:" + file);
		return start(all.toArray(String[]::new)).framings();
	}

	private static FramegateProperties start(String... arguments) {
		SpringApplication application = new SpringApplication(Nothing.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLogStartupInfo(false);
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			return ConfigurationReader.read(context.getEnvironment());
		}
	}

	private static FramingDeclaration yaml(String property) {
		return TestConfiguration.empty()
			.yaml("framegate.framings.x:\n  length-field-length: 4\n  initial-bytes-to-strip: all\n  " + property
					+ "\n")
			.read()
			.framings()
			.get("x");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			trailer: 03                   | 03
			trailer: 00                   | 00
			trailer: 0064                 | 0064
			trailer: 10                   | 10
			trailer: 7878                 | 7878
			trailer: 1E10                 | 1E10
			trailer: 1e10                 | 1E10
			trailer: 0x03                 | 03
			trailer: 0x1F                 | 1F
			trailer: 00000000             | 00000000
			trailer: 00000000000000000000 | 00000000000000000000
			trailer: 99999999999999999999 | 99999999999999999999
			'trailer: "03"'               | 03
			'trailer: ''0064'''           | 0064
			trailer:     03   # ETX       | 03
			trailer: !!str 0064           | 0064
			trailer: !!int 0064           | 0064
			trailer: &etx 03              | 03
			trailer: &etx   !!int 0064    | 0064
			'"trailer": 0064'             | 0064
			TRAILER: 0064                 | 0064
			""")
	void digitsAreBytes(String property, String bytes) {
		assertThat(yaml(property).trailer()).isEqualTo(HexBytes.of(bytes));
	}

	@Test
	void everyPropertyOfBytesIsReadSo() throws IOException {
		Map<String, FramingDeclaration> framings = file("application.yml",
				"""
						# 03 in a comment
						etx: &etx 03
						framegate:
						  framings: {flow: {length-field-length: 04, length-field-mask: 00007777, header: 00000000, trailer: *etx}}
						---
						# the second document
						framegate:
						  framings:
						    lists:
						      delimiter: [1C0D, 1C, 03,   0064   , "0A"]
						      start-delimiter:
						        0010
						      skip-before-start: true
						    indented:
						      delimiter:
						      - 03
						      -   0E00
						      - 1E30
						      skip-before-start: false
						    stuffed: {delimiter: 00, escape: {byte: 10, map: {01: 10}}}
						    stuffed-too:
						      delimiter: 7E
						      escape: {byte: 03, map: {01: 03, 02: 7E}}
						    shapes:
						      first-of:
						        - starts-with: 7878	# a tab
						          length-field-offset: 2
						          length-field-length: 1
						        - {starts-with: 0101, fixed-length: 8}
						    characters:
						      length-field-after: 009
						      length-field-until: ~
						      length-field-encoding: decimal
						      initial-bytes-to-strip: 00
						""");
		assertThat(framings.get("flow").lengthFieldMask()).isEqualTo(HexBytes.of("00007777"));
		assertThat(framings.get("flow").header()).isEqualTo(new BytePattern("00000000"));
		assertThat(framings.get("flow").trailer()).isEqualTo(HexBytes.of("03"));
		assertThat(framings.get("lists").delimiter()).extracting(HexBytes::toString)
			.containsExactly("1C0D", "1C", "03", "0064", "0A");
		assertThat(framings.get("lists").startDelimiter()).isEqualTo(HexBytes.of("0010"));
		assertThat(framings.get("indented").delimiter()).extracting(HexBytes::toString)
			.containsExactly("03", "0E00", "1E30");
		assertThat(framings.get("stuffed").escape())
			.isEqualTo(new FramingDeclaration.Escape(HexBytes.of("10"), Map.of("01", HexBytes.of("10")), null));
		assertThat(framings.get("stuffed-too").escape()).isEqualTo(new FramingDeclaration.Escape(HexBytes.of("03"),
				Map.of("01", HexBytes.of("03"), "02", HexBytes.of("7E")), null));
		assertThat(framings.get("shapes").firstOf()).extracting(FramingDeclaration::startsWith)
			.containsExactly(new BytePattern("7878"), new BytePattern("0101"));
		assertThat(framings.get("characters").lengthFieldAfter()).isEqualTo("009");
		assertThat(framings.get("characters").lengthFieldUntil()).isEqualTo("~");
	}

	@Test
	void mergedBytesAreReadWhereTheyStand() throws IOException {
		Map<String, FramingDeclaration> framings = file("application.yml", """
				base: &base
				  length-field-length: 2
				  trailer: 0064
				stuffing: &stuffing {byte: 10, map: {01: 10, 02: 13}}
				framegate.framings:
				  x: {<<: *base, header: 0000}
				  y:
				    <<: *base
				    trailer: 0010
				  z: {delimiter: 13, escape: *stuffing}
				""");
		assertThat(framings.get("x").trailer()).isEqualTo(HexBytes.of("0064"));
		assertThat(framings.get("y").trailer()).isEqualTo(HexBytes.of("0010"));
		assertThat(framings.get("z").escape()).isEqualTo(new FramingDeclaration.Escape(HexBytes.of("10"),
				Map.of("01", HexBytes.of("10"), "02", HexBytes.of("13")), null));
	}

	@Test
	void propertiesFileAndArgumentsAreText() throws IOException {
		assertThat(file("application.properties", """
				framegate.framings.x.length-field-length=4
				framegate.framings.x.trailer=0064
				framegate.framings.y.delimiter=03, 10
				framegate.framings.y.escape.byte=09
				framegate.framings.y.escape.map.11=09
				""", "--framegate.framings.x.header=00000000")).satisfies((framings) -> {
			assertThat(framings.get("x").trailer()).isEqualTo(HexBytes.of("0064"));
			assertThat(framings.get("x").header()).isEqualTo(new BytePattern("00000000"));
			assertThat(framings.get("y").delimiter()).containsExactly(HexBytes.of("03"), HexBytes.of("10"));
			assertThat(framings.get("y").escape())
				.isEqualTo(new FramingDeclaration.Escape(HexBytes.of("09"), Map.of("11", HexBytes.of("09")), null));
		});
	}

	@Test
	void importedAndOtherEncodedFilesAreRead() throws IOException {
		Path imported = this.directory.resolve("framings.yaml");
		Files.write(imported,
				"\uFEFF# ä€ bytes\r\nframegate:\r\n  framings:\r\n    x: {length-field-length: 2, trailer: 0064}\r\n"
					.getBytes(StandardCharsets.UTF_8));
		assertThat(file("application.yml", "spring.config.import: file:" + imported + "\n").get("x").trailer())
			.isEqualTo(HexBytes.of("0064"));
	}

	@Test
	void whatCannotBeReadAgainMustBeInQuotes() {
		assertThat(TestConfiguration.empty()
			.property("framegate.framings.x.length-field-length", 2)
			.property("framegate.framings.x.trailer", 64)
			.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.property()).isEqualTo("framegate.framings.x.trailer");
				assertThat(problem.value()).isEqualTo("64");
				assertThat(problem.message()).isEqualTo("must be in quotes: without them it is read as a number");
			});
	}

	@Test
	void fileThatChangedInBetweenIsNotBelieved() throws IOException {
		Path file = Files.writeString(this.directory.resolve("changing.yml"),
				"framegate.framings.x: {length-field-length: 2, trailer: 03}\n");
		TestConfiguration read = TestConfiguration.empty().resource(new FileSystemResource(file));
		Files.writeString(file, "framegate.framings.x: {length-field-length: 2, trailer: 04}\n");
		assertThat(read.problems()).singleElement()
			.asString()
			.contains("framegate.framings.x.trailer = \"3\": must be in quotes");
		Files.delete(file);
		assertThat(read.problems()).singleElement().asString().contains("must be in quotes");
	}

	@Test
	void variableOfAFileMustBeTextToo() {
		TestConfiguration configuration = TestConfiguration.empty().yaml("""
				etx: 0064
				quoted: "0064"
				framegate.framings.x:
				  length-field-length: 2
				  trailer: ${etx}
				""");
		assertThat(configuration.problems()).singleElement()
			.asString()
			.contains("framegate.framings.x.trailer", "must be in quotes where etx is set");
		assertThat(configuration.property("framegate.framings.x.trailer", "${quoted}")
			.read()
			.framings()
			.get("x")
			.trailer()).isEqualTo(HexBytes.of("0064"));
		assertThat(configuration.variable("ETX", "0003")
			.property("framegate.framings.x.trailer", "${ETX}")
			.read()
			.framings()
			.get("x")
			.trailer()).isEqualTo(HexBytes.of("0003"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

}
