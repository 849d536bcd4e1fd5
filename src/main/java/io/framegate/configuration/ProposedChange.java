package io.framegate.configuration;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;

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
		refuseWhatSaysMore(yaml);
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

	/**
	 * Looks at each part before anything is made of it: a few aliases may stand for more
	 * than the heap holds, or for themselves.
	 */
	private static void refuseWhatSaysMore(String yaml) {
		for (Event part : new Yaml(new SafeConstructor(new LoaderOptions())).parse(new StringReader(yaml))) {
			if (part instanceof AliasEvent) {
				throw new IllegalStateException("A proposed change must not have aliases");
			}
			// As YAML reads it: "\x24{" is one, too. Its value would show in the answer.
			if (part instanceof ScalarEvent scalar && scalar.getValue().contains("${")) {
				throw new IllegalStateException("A proposed change must not have placeholders");
			}
		}
	}

}
