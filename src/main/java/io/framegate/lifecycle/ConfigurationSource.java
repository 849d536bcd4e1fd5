package io.framegate.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.framegate.route.FramegateProperties;

import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ResourceLoader;

/**
 * The configuration as its files say it now: read again the way Spring Boot read it at
 * the start. Any thread may call.
 */
final class ConfigurationSource {

	/** How Spring Boot names what it read from a file. */
	private static final Pattern FILE = Pattern.compile("^Config resource 'file \\[([^\\]]+)\\]'.*");

	private static final String CONFIG_DATA = "Config resource '";

	private static final Pattern NAME = Pattern.compile(".*\\.(ya?ml|properties)");

	private final ConfigurableEnvironment started;

	private final ResourceLoader resources;

	ConfigurationSource(ConfigurableEnvironment started, ResourceLoader resources) {
		this.started = started;
		this.resources = resources;
	}

	/**
	 * Reads and checks the configuration as it is now.
	 * @return the properties
	 * @throws RuntimeException where it cannot be read, or is wrong
	 */
	FramegateProperties read() {
		return FramegateProperties.read(environment());
	}

	private ConfigurableEnvironment environment() {
		StandardEnvironment fresh = new StandardEnvironment();
		MutablePropertySources sources = fresh.getPropertySources();
		for (PropertySource<?> source : this.started.getPropertySources()) {
			sources.remove(source.getName());
			if (!source.getName().startsWith(CONFIG_DATA)
					&& !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)) {
				sources.addLast(source);
			}
		}
		fresh.setActiveProfiles(this.started.getActiveProfiles());
		ConfigDataEnvironmentPostProcessor.applyTo(fresh, this.resources, null, List.of());
		return fresh;
	}

	/**
	 * What would be different if a file had been changed, replaced, added or taken away:
	 * the files beside those that were read at the start, with what links lead to.
	 * Kubernetes swaps a link when a ConfigMap changes.
	 * @return to compare with another
	 */
	String fingerprint() {
		StringBuilder print = new StringBuilder();
		for (Path directory : directories()) {
			try (Stream<Path> files = Files.list(directory)) {
				files.filter((file) -> NAME.matcher(file.getFileName().toString()).matches())
					.sorted()
					.forEach((file) -> print.append(mark(file)));
			}
			catch (IOException | UncheckedIOException ex) {
				// On its way from one state to the next; the next look will tell.
				print.append(directory).append(" gone");
			}
		}
		return print.toString();
	}

	private Set<Path> directories() {
		Set<Path> directories = new TreeSet<>();
		for (PropertySource<?> source : this.started.getPropertySources()) {
			Matcher matcher = FILE.matcher(source.getName());
			if (matcher.matches()) {
				Path parent = Path.of(matcher.group(1)).toAbsolutePath().getParent();
				if (parent != null) {
					directories.add(parent);
				}
			}
		}
		return directories;
	}

	private static String mark(Path file) {
		try {
			Path real = file.toRealPath();
			return "%s %s %d %s;".formatted(file, real, Files.size(real), Files.getLastModifiedTime(real));
		}
		catch (IOException ex) {
			return file + " gone;";
		}
	}

}
