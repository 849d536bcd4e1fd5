package io.framegate.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import io.framegate.route.Route;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/**
 * Configurations for tests, without a Spring context. Later parts win over earlier ones.
 */
public final class TestConfiguration {

	private final StandardEnvironment environment = new StandardEnvironment();

	private TestConfiguration() {
		this.environment.getPropertySources()
			.forEach((source) -> this.environment.getPropertySources().remove(source.getName()));
	}

	public static TestConfiguration empty() {
		return new TestConfiguration();
	}

	/**
	 * The smallest valid configuration of one route.
	 * @param name the route's name
	 * @return a configuration with a listener on any free port
	 */
	public static TestConfiguration route(String name) {
		return empty().yaml("""
				framegate:
				  routes:
				    %s:
				      listen.port: 0
				      upstream.targets: 127.0.0.1:7101
				""".formatted(name));
	}

	public TestConfiguration yaml(String yaml) {
		return resource(new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "test.yml"));
	}

	public TestConfiguration resource(Resource resource) {
		try {
			new YamlPropertySourceLoader().load(name(resource.getDescription()), resource).forEach(this::add);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public TestConfiguration property(String name, Object value) {
		return add(new MapPropertySource(name("properties"), Map.of(name, value)));
	}

	public TestConfiguration variables(Map<String, Object> variables) {
		return add(new SystemEnvironmentPropertySource(name("systemEnvironment"), variables));
	}

	public TestConfiguration variable(String name, String value) {
		return variables(Map.of(name, value));
	}

	public FramegateProperties read() {
		return ConfigurationReader.read(this.environment);
	}

	/**
	 * Reads a configuration of one route.
	 * @return the route
	 */
	public Route onlyRoute() {
		List<Route> routes = read().allRoutes();
		if (routes.size() != 1) {
			throw new AssertionError("not one route: " + routes);
		}
		return routes.getFirst();
	}

	/**
	 * Reads a configuration that may have problems.
	 * @return the problems
	 */
	List<Problem> problems() {
		return problems(UnsupportedProperty.ALL);
	}

	/**
	 * Reads a configuration as if everything that it can say were built.
	 * @return the problems
	 */
	List<Problem> problemsIfAllWereBuilt() {
		return problems(List.of());
	}

	private List<Problem> problems(List<UnsupportedProperty> unbuilt) {
		try {
			new ConfigurationReader(this.environment, unbuilt).read();
			return List.of();
		}
		catch (InvalidConfigurationException ex) {
			return ex.problems();
		}
	}

	private TestConfiguration add(PropertySource<?> source) {
		this.environment.getPropertySources().addFirst(source);
		return this;
	}

	private String name(String kind) {
		return kind + " " + this.environment.getPropertySources().size();
	}

}
