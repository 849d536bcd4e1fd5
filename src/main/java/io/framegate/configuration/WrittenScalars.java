package io.framegate.configuration;

import java.io.IOException;
import java.io.Reader;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.reader.UnicodeReader;

import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin.Location;
import org.springframework.core.io.Resource;

/**
 * Scalars of YAML files as they are written. YAML reads 0064 as the number 52, 1E10 as
 * 1.0E10 and no as false; as bytes, the characters count. They are looked up where the
 * value comes from.
 */
final class WrittenScalars {

	private final Map<Resource, Map<Location, Scalar>> resources = new HashMap<>();

	/**
	 * A value as it is written.
	 * @param read the value as YAML reads it
	 * @param origin where it comes from
	 * @return the value itself if it is text, or its characters; {@code null} if they
	 * cannot be found
	 */
	@Nullable Object value(Object read, @Nullable Origin origin) {
		boolean text = read instanceof CharSequence;
		if (text && !read.toString().isEmpty()) {
			return read;
		}
		Scalar scalar = at(origin);
		if (text) {
			// ~ is nothing for YAML
			return (scalar != null && scalar.value().equals("~")) ? "~" : read;
		}
		return (scalar != null && read.equals(load(scalar.value()))) ? scalar.value() : null;
	}

	/**
	 * A key as it is written.
	 * @param read the key as YAML reads it
	 * @param origin where its value comes from
	 * @return the key's characters, or the key itself if they cannot be found
	 */
	String key(String read, @Nullable Origin origin) {
		Scalar scalar = at(origin);
		String key = (scalar != null) ? scalar.key() : null;
		return (key != null && read.equals(String.valueOf(load(key)))) ? key : read;
	}

	private @Nullable Scalar at(@Nullable Origin origin) {
		if (origin instanceof PropertySourceOrigin source) {
			return at(source.getOrigin());
		}
		if (!(origin instanceof TextResourceOrigin text) || text.getResource() == null) {
			return null;
		}
		return this.resources.computeIfAbsent(text.getResource(), WrittenScalars::scalars).get(text.getLocation());
	}

	private static @Nullable Object load(String text) {
		try {
			return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
		}
		catch (YAMLException ex) {
			return null;
		}
	}

	private static Map<Location, Scalar> scalars(Resource resource) {
		LoaderOptions options = new LoaderOptions();
		options.setMaxAliasesForCollections(Integer.MAX_VALUE);
		options.setCodePointLimit(Integer.MAX_VALUE);
		Map<Location, Scalar> scalars = new HashMap<>();
		Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		try (Reader reader = new UnicodeReader(resource.getInputStream())) {
			for (Node document : new Yaml(options).composeAll(reader)) {
				collect(null, document, scalars, seen);
			}
		}
		catch (IOException | YAMLException ex) {
			// Not YAML, or gone in the meantime.
			return Map.of();
		}
		return scalars;
	}

	private static void collect(@Nullable String key, Node node, Map<Location, Scalar> scalars, Set<Node> seen) {
		if (!seen.add(node)) {
			return;
		}
		switch (node) {
			case ScalarNode scalar -> {
				Mark mark = scalar.getStartMark();
				scalars.put(new Location(mark.getLine(), mark.getColumn()), new Scalar(key, scalar.getValue()));
			}
			case MappingNode mapping -> mapping.getValue()
				.forEach((each) -> collect((each.getKeyNode() instanceof ScalarNode name) ? name.getValue() : null,
						each.getValueNode(), scalars, seen));
			case SequenceNode sequence -> sequence.getValue().forEach((each) -> collect(null, each, scalars, seen));
			default -> Objects.requireNonNull(node);
		}
	}

	/**
	 * A scalar.
	 *
	 * @param key the key that it is the value of, or {@code null} if it has none
	 * @param value its characters
	 */
	private record Scalar(@Nullable String key, String value) {

	}

}
