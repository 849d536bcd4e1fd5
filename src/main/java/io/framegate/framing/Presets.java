package io.framegate.framing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/**
 * The framings of {@code framings.yml}, by name. Any thread may call.
 */
public final class Presets {

	/** All of them, in the order of the file. */
	public static final Map<String, Preset> ALL = load();

	private static final String ROOT = "framings";

	private Presets() {
	}

	private static Map<String, Preset> load() {
		try {
			List<PropertySource<?>> sources = new YamlPropertySourceLoader().load(ROOT,
					new ClassPathResource("/framings.yml"));
			Binder binder = new Binder(ConfigurationPropertySources.from(sources));
			Map<String, Preset> presets = new LinkedHashMap<>();
			binder.bind(ROOT, Bindable.mapOf(String.class, Row.class))
				.orElseGet(Map::of)
				.forEach((name, row) -> presets.put(name, new Preset(name, row.title(), row.document(),
						binder.bindOrCreate(ROOT + "." + name, Bindable.of(FramingDeclaration.class)))));
			return Collections.unmodifiableMap(presets);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What a preset has besides its declaration.
	 *
	 * @param title which protocol it is for
	 * @param document where that protocol is described
	 */
	record Row(@DefaultValue("") String title, @DefaultValue("") String document) {

	}

}
