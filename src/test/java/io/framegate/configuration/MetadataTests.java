package io.framegate.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What IDEs are told about the properties.
 */
class MetadataTests {

	private final JsonNode metadata = metadata();

	private final Map<String, JsonNode> properties = this.metadata.get("properties")
		.valueStream()
		.filter((property) -> property.get("name").asString().startsWith("framegate."))
		.collect(Collectors.toMap((property) -> property.get("name").asString(), Function.identity()));

	@Test
	void everyPropertyHasAWholeSentence() {
		assertThat(this.properties).containsOnlyKeys("framegate.routes", "framegate.framings", "framegate.masks",
				"framegate.defaults.timeouts", "framegate.defaults.max-frame-size", "framegate.memory.limit",
				"framegate.transport", "framegate.shutdown.quiet-period", "framegate.closures.keep",
				"framegate.reload.watch", "framegate.demo.echo-port", "framegate.console.enabled",
				"framegate.management.users", "framegate.management.metrics", "framegate.management.open");
		assertThat(this.properties.values())
			.allSatisfy((property) -> assertThat(property.path("description").asString("")).matches("[A-Z].{10,}\\."));
	}

	@Test
	void defaultsAreTold() {
		assertThat(this.properties.get("framegate.defaults.max-frame-size").get("defaultValue").asString())
			.isEqualTo("64KB");
		assertThat(this.properties.get("framegate.shutdown.quiet-period").get("defaultValue").asString())
			.isEqualTo("0s");
		assertThat(this.properties.get("framegate.closures.keep").get("defaultValue").asInt()).isEqualTo(1000);
		assertThat(this.properties.get("framegate.demo.echo-port").get("defaultValue").asInt()).isZero();
		assertThat(this.properties.get("framegate.console.enabled").get("defaultValue").asBoolean()).isTrue();
	}

	@Test
	void routesAreToldByTheirType() {
		assertThat(this.properties.get("framegate.routes").get("type").asString())
			.isEqualTo("java.util.Map<java.lang.String,io.framegate.configuration.RouteProperties>");
	}

	@Test
	void framingsAreToldByTheirType() {
		assertThat(this.properties.get("framegate.framings").get("type").asString())
			.isEqualTo("java.util.Map<java.lang.String,io.framegate.framing.FramingDeclaration>");
	}

	@Test
	void timersAreHintedAt() {
		List<String> hinted = this.metadata.get("hints")
			.valueStream()
			.filter((hint) -> hint.get("name").asString().equals("framegate.defaults.timeouts.keys"))
			.flatMap((hint) -> hint.get("values").valueStream())
			.map((value) -> value.get("value").asString())
			.toList();
		assertThat(hinted).containsExactlyElementsOf(Stream.of(Timeout.values()).map(Timeout::label).toList());
	}

	private static JsonNode metadata() {
		try (InputStream stream = FramegateProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return JsonMapper.shared().readTree(stream);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
