package io.framegate.configuration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ResourceLoader;

/**
 * The configuration as its files say now, read the way Spring Boot read it at the start.
 * Any thread may call.
 */
public final class ConfigurationSource {

	/** Spring Boot's name for a property source read from a file. */
	private static final Pattern FILE = Pattern.compile("^Config resource 'file \\[([^\\]]+)\\]'.*");

	private static final String CONFIG_DATA = "Config resource '";

	private static final Pattern NAME = Pattern.compile(".*\\.(ya?ml|properties)");

	private static final List<String> LOCATIONS = List.of("spring.config.location", "spring.config.additional-location",
			"spring.config.import");

	/** Where Spring Boot looks by default. */
	private static final List<String> BY_DEFAULT = List.of("./", "./config/");

	private static final int TREE_DEPTH = 5;

	private static final String BASE_NAME = "application";

	/** In memory, a file becomes about fifty times its size. */
	private static final int SHARE_OF_HEAP = 128;

	private static final String OPTIONAL = "optional:";

	private static final String TREE = "configtree:";

	private final ConfigurableEnvironment started;

	private final ResourceLoader resources;

	/** The last environment read: its files may have imported others. */
	private volatile ConfigurableEnvironment latest;

	private volatile Places places;

	public ConfigurationSource(ConfigurableEnvironment started, ResourceLoader resources) {
		this.started = started;
		this.resources = resources;
		this.latest = started;
		this.places = Places.of(started);
	}

	/**
	 * Reads and checks the current configuration.
	 * @return the reading
	 * @throws RuntimeException if it cannot be read, or is invalid
	 */
	public Reading read() {
		return read(environment());
	}

	/**
	 * Reads and checks the current configuration as if properties were added to it.
	 * @param yaml the properties
	 * @return the reading
	 * @throws RuntimeException if it cannot be read, or is invalid
	 */
	public Reading readWith(String yaml) {
		ConfigurableEnvironment now = environment();
		ProposedChange.read(yaml).forEach(now.getPropertySources()::addFirst);
		return read(now);
	}

	private Reading read(ConfigurableEnvironment now) {
		return new Reading(ConfigurationReader.read(now), now);
	}

	/**
	 * A pipe has no end, and a file that is far too large would take the running
	 * gateway's memory.
	 */
	private void refuseWhatCannotBeRead() {
		Set<String> read = files(this.latest);
		long most = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
		long size = 0;
		for (Path file : watched()) {
			boolean isRead = read.contains(file.toString()) || file.getFileName().toString().startsWith(BASE_NAME);
			if (!isRead || !Files.exists(file) || Files.isDirectory(file)) {
				continue;
			}
			if (!Files.isRegularFile(file)) {
				throw new IllegalStateException(file + " is no regular file");
			}
			size += size(file);
			if (size > most) {
				throw new IllegalStateException(
						"%s is too large to reload: there are %d bytes to read, and the heap has room for %d"
							.formatted(file, size, most));
			}
		}
	}

	private static long size(Path file) {
		try {
			return Files.size(file);
		}
		catch (IOException ex) {
			return 0;
		}
	}

	/**
	 * A configuration that was read.
	 *
	 * @param properties the configuration
	 * @param environment where it was found
	 */
	public record Reading(FramegateProperties properties, ConfigurableEnvironment environment) {

	}

	/**
	 * The gateway runs with this configuration from now on.
	 * @param reading the configuration
	 */
	public void taken(Reading reading) {
		this.places = Places.of(reading.environment());
		this.latest = reading.environment();
	}

	/**
	 * Files of the running configuration that are missing or empty now.
	 * @param reading the new reading
	 * @return their names
	 */
	public List<String> lost(Reading reading) {
		Set<String> there = files(reading.environment());
		return files(this.latest).stream()
			.filter((file) -> !there.contains(file) && ConfigurationSource.isMissingOrEmpty(Path.of(file)))
			.toList();
	}

	private static Set<String> files(ConfigurableEnvironment environment) {
		Set<String> files = new TreeSet<>();
		for (PropertySource<?> source : environment.getPropertySources()) {
			Matcher matcher = FILE.matcher(source.getName());
			if (matcher.matches()) {
				files.add(matcher.group(1));
			}
		}
		return files;
	}

	private static boolean isMissingOrEmpty(Path file) {
		try {
			return !Files.exists(file) || Files.readString(file).isBlank();
		}
		catch (IOException ex) {
			return true;
		}
	}

	private ConfigurableEnvironment environment() {
		refuseWhatCannotBeRead();
		StandardEnvironment fresh = new StandardEnvironment();
		MutablePropertySources sources = fresh.getPropertySources();
		for (PropertySource<?> source : this.started.getPropertySources()) {
			sources.remove(source.getName());
			if (!source.getName().startsWith(CONFIG_DATA) && !(source instanceof ConfigTreePropertySource)
					&& !ConfigurationPropertySources.isAttachedConfigurationPropertySource(source)) {
				sources.addLast(source);
			}
		}
		fresh.setActiveProfiles(this.started.getActiveProfiles());
		ConfigDataEnvironmentPostProcessor.applyTo(fresh, this.resources, null, List.of());
		return fresh;
	}

	/**
	 * A fingerprint that differs when a file was changed, replaced, added or removed. It
	 * covers the directories of the files read at the start, and the targets of links.
	 * Kubernetes swaps a link when a ConfigMap changes.
	 * @return to compare with another
	 */
	public Fingerprint fingerprint() {
		return Fingerprint.of(watched());
	}

	/**
	 * Corrects a fingerprint that was taken after the files were read, as at the start,
	 * which takes seconds.
	 * @param later the fingerprint
	 * @return one that differs if the files did not say any more what was read from them
	 */
	public Fingerprint asRead(Fingerprint later) {
		try {
			refuseWhatCannotBeRead();
		}
		catch (IllegalStateException ex) {
			// Such as a pipe, which can be read once.
			return later;
		}
		try {
			return content(environment()).equals(content(this.latest)) ? later : later.outdated();
		}
		catch (RuntimeException ex) {
			// The reload will say what is wrong.
			return later.outdated();
		}
	}

	/** What files say, placeholders included. */
	private static Map<String, Map<String, String>> content(ConfigurableEnvironment environment) {
		Map<String, Map<String, String>> content = new LinkedHashMap<>();
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> values
					&& (source.getName().startsWith(CONFIG_DATA) || source instanceof ConfigTreePropertySource)) {
				Map<String, String> all = new TreeMap<>();
				for (String name : values.getPropertyNames()) {
					all.put(name, String.valueOf(values.getProperty(name)));
				}
				content.put(source.getName(), all);
			}
		}
		return content;
	}

	private Set<Path> watched() {
		Places now = this.places;
		Set<Path> files = new TreeSet<>(now.named());
		now.directories().forEach((directory) -> addNeighbours(directory, files));
		now.trees().forEach((tree) -> addTree(tree, files));
		return files;
	}

	/**
	 * Where an environment's configuration comes from. Found once for each reading,
	 * because the files are looked at each second.
	 *
	 * @param named files that were read, and where there could be one
	 * @param directories those of the files, each once
	 * @param trees directories with a file for each property
	 */
	private record Places(Set<Path> named, Set<Path> directories, Set<Path> trees) {

		private static Places of(ConfigurableEnvironment environment) {
			Set<Path> named = new TreeSet<>();
			Set<Path> trees = new TreeSet<>();
			files(environment).forEach((file) -> named.add(absolute(Path.of(file))));
			// Even if there was nothing yet.
			allLocations(environment).forEach((location) -> addLocation(location, named, trees));
			Set<Path> directories = new TreeSet<>();
			for (Path file : named) {
				Path parent = file.getParent();
				if (parent != null) {
					directories.add(parent);
				}
			}
			return new Places(named, directories, trees);
		}

	}

	private static Path absolute(Path file) {
		return file.toAbsolutePath().normalize();
	}

	private static List<String> allLocations(ConfigurableEnvironment environment) {
		List<String> all = new ArrayList<>();
		LOCATIONS.forEach((property) -> all.addAll(locations(environment, property)));
		if (!environment.containsProperty(LOCATIONS.getFirst())) {
			all.addAll(BY_DEFAULT);
		}
		return all;
	}

	private static List<String> locations(ConfigurableEnvironment environment, String property) {
		try {
			List<String> locations = new ArrayList<>();
			Bindable<String[]> type = Bindable.of(String[].class);
			for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
				new Binder(source).bind(property, type).ifBound((some) -> locations.addAll(List.of(some)));
			}
			return locations;
		}
		catch (RuntimeException ex) {
			// A placeholder: its file is found among those that were read.
			return List.of();
		}
	}

	private static void addLocation(String text, Set<Path> named, Set<Path> trees) {
		for (String location : text.split(";")) {
			String bare = without("file:", without(OPTIONAL, location.strip()));
			if (bare.startsWith(TREE)) {
				trees.add(Path.of(bare.substring(TREE.length())));
			}
			else if (!bare.isEmpty() && bare.indexOf(':') < 0 && bare.indexOf('*') < 0 && bare.indexOf('$') < 0) {
				named.add(absolute(bare.endsWith("/") ? Path.of(bare, "any") : Path.of(bare)));
			}
		}
	}

	private static String without(String prefix, String text) {
		return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
	}

	/** Files beside a named one, with names that Spring Boot looks for. */
	private static void addNeighbours(Path parent, Set<Path> files) {
		if (!Files.isDirectory(parent)) {
			return;
		}
		try (Stream<Path> neighbours = Files.list(parent)) {
			neighbours.filter((neighbour) -> NAME.matcher(neighbour.getFileName().toString()).matches())
				.forEach(files::add);
		}
		catch (IOException | UncheckedIOException ex) {
			// It is just changing; the next look will tell.
			files.add(parent);
		}
	}

	private static void addTree(Path directory, Set<Path> files) {
		if (!Files.isDirectory(directory)) {
			return;
		}
		try (Stream<Path> tree = Files.walk(directory, TREE_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
			// ..data and its target are Kubernetes' own.
			tree.filter((file) -> !directory.relativize(file).toString().startsWith(".."))
				.filter(Files::isRegularFile)
				.forEach(files::add);
		}
		catch (IOException | UncheckedIOException ex) {
			files.add(directory);
		}
	}

}
