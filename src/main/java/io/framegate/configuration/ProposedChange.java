package io.framegate.configuration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/**
 * Properties that somebody thinks of adding to the configuration, as text in YAML.
 */
final class ProposedChange {

	private static final String NAME = "The proposed change";

	private static final int MAX_LENGTH = 64 * 1024;

	private ProposedChange() {
	}

	/**
	 * Reads the text.
	 * @param yaml properties under {@code framegate}
	 * @return the properties, to be put before the configuration
	 * @throws RuntimeException if it is no YAML, or holds anything else
	 */
	static List<PropertySource<?>> read(String yaml) {
		if (yaml.length() > MAX_LENGTH) {
			throw new IllegalStateException("A proposed change must not be longer than 64 KB");
		}
		if (yaml.contains("${")) {
			// Its value would show in the answer.
			throw new IllegalStateException("A proposed change must not have placeholders");
		}
		List<PropertySource<?>> sources;
		try {
			sources = new YamlPropertySourceLoader().load(NAME,
					new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), NAME));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
		if (sources.size() != 1) {
			throw new IllegalStateException("A proposed change must be one YAML document");
		}
		if (sources.getFirst() instanceof EnumerablePropertySource<?> source) {
			for (String name : source.getPropertyNames()) {
				if (!name.startsWith(Settings.ROOT + ".")) {
					throw new IllegalStateException(
							"A proposed change must have properties under framegate only, but has " + name);
				}
			}
		}
		return sources;
	}

}
