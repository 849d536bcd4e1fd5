package io.framegate.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.framegate.route.Route;
import io.framegate.route.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

class ConfigFilesTests {

	static Stream<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("config"))) {
			return files.filter((file) -> file.toString().endsWith(".yml")).sorted().toList().stream();
		}
	}

	static Stream<Path> examples() throws IOException {
		return files().filter((file) -> file.startsWith("config/examples"));
	}

	@ParameterizedTest
	@MethodSource("files")
	void everyFileBinds(Path file) {
		assertThat(TestConfiguration.empty().resource(new FileSystemResource(file)).read().allRoutes()).isNotEmpty();
	}

	@Test
	void demoRouteLeadsToTheEcho() {
		FramegateProperties properties = read();
		Route demo = properties.allRoutes().getFirst();
		assertThat(demo.name()).isEqualTo("demo");
		assertThat(demo.listen().port()).isEqualTo(7001);
		assertThat(demo.listen().framing()).isEqualTo("crlf");
		assertThat(demo.upstream().framing()).isEqualTo("length4");
		assertThat(demo.upstream().targets()).containsExactly(new Target("127.0.0.1", properties.demo().echoPort()));
	}

	@ParameterizedTest
	@MethodSource("examples")
	void exampleStartsAloneWithTheCommandThatItNames(Path file) throws IOException {
		String argument = Files.readAllLines(file)
			.stream()
			.filter((line) -> line.contains("--spring.config.location="))
			.findFirst()
			.orElseThrow()
			.replaceFirst(".* --", "--");
		assertThat(argument).endsWith("," + file);
		List<Route> routes = read(argument).allRoutes();
		assertThat(routes).singleElement().satisfies((route) -> assertThat(route.name()).isNotEqualTo("demo"));
	}

	private static FramegateProperties read(String... arguments) {
		SpringApplication application = new SpringApplication(Nothing.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setLogStartupInfo(false);
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			return ConfigurationReader.read(context.getEnvironment());
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

}
