package io.framegate.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An image in an archive, as {@code docker save} writes it.
 */
final class ImageArchive {

	private final Path file;

	private final JsonNode manifest;

	ImageArchive(Path file) throws IOException {
		this.file = file;
		this.manifest = json("manifest.json").get(0);
	}

	/**
	 * The name it was saved under.
	 * @return name and tag
	 */
	String name() {
		return this.manifest.at("/RepoTags/0").asString();
	}

	/**
	 * The image's configuration.
	 * @return JSON of the image specification
	 * @throws IOException if it cannot be read
	 */
	JsonNode configuration() throws IOException {
		return json(this.manifest.get("Config").asString());
	}

	/**
	 * Where the Java runtime is.
	 * @return its home, without the first slash
	 * @throws IOException if there is none
	 */
	String javaHome() throws IOException {
		String[] home = new String[1];
		forEachEntry((entry, content) -> {
			String name = name(entry);
			if (name.endsWith("/lib/modules") && entry.isFile()) {
				home[0] = name.substring(0, name.length() - "/lib/modules".length());
			}
		});
		if (home[0] == null) {
			throw new IOException("no Java runtime in " + this.file);
		}
		return home[0];
	}

	/**
	 * Unpacks the layers over each other.
	 * @param directory where to
	 * @param which names, without the first slash
	 * @throws IOException if something cannot be written
	 */
	void unpack(Path directory, Predicate<String> which) throws IOException {
		Path root = Files.createDirectories(directory).toRealPath();
		forEachEntry((entry, content) -> {
			String name = name(entry);
			if (!name.isEmpty() && which.test(name)) {
				unpack(entry, content, root, root.resolve(name).normalize());
			}
		});
	}

	private static void unpack(TarArchiveEntry entry, InputStream content, Path root, Path target) throws IOException {
		String file = target.getFileName().toString();
		if (file.startsWith(".wh.")) {
			Layout.delete(target.resolveSibling(file.substring(4)));
			return;
		}
		// Through a link of the image itself, /lib for example, but never out of it.
		Files.createDirectories(target.getParent());
		if (!target.getParent().toRealPath().startsWith(root)) {
			throw new IOException("not below " + root + ": " + entry.getName());
		}
		if (entry.isDirectory()) {
			Files.createDirectories(target);
		}
		else if (entry.isSymbolicLink()) {
			Files.deleteIfExists(target);
			Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
			return;
		}
		else if (entry.isLink()) {
			Files.copy(root.resolve(entry.getLinkName()), target, StandardCopyOption.REPLACE_EXISTING,
					StandardCopyOption.COPY_ATTRIBUTES);
			return;
		}
		else if (entry.isFile()) {
			Files.copy(content, target, StandardCopyOption.REPLACE_EXISTING);
		}
		else {
			return;
		}
		Files.setPosixFilePermissions(target, permissions(entry.getMode()));
		Files.setLastModifiedTime(target, FileTime.from(entry.getLastModifiedTime().toInstant()));
	}

	private static Set<PosixFilePermission> permissions(int mode) {
		PosixFilePermission[] all = PosixFilePermission.values();
		Set<PosixFilePermission> some = EnumSet.noneOf(PosixFilePermission.class);
		for (int i = 0; i < all.length; i++) {
			if ((mode & (0400 >> i)) != 0) {
				some.add(all[i]);
			}
		}
		return some;
	}

	private static String name(TarArchiveEntry entry) {
		return entry.getName().replaceFirst("^(\\./|/)+", "").replaceFirst("/$", "");
	}

	private interface Visitor {

		void visit(TarArchiveEntry entry, InputStream content) throws IOException;

	}

	private void forEachEntry(Visitor visitor) throws IOException {
		for (JsonNode layer : this.manifest.get("Layers")) {
			try (TarArchiveInputStream outer = open(layer.asString())) {
				BufferedInputStream raw = new BufferedInputStream(outer);
				raw.mark(2);
				boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
				raw.reset();
				try (TarArchiveInputStream entries = new TarArchiveInputStream(
						zipped ? new GZIPInputStream(raw) : raw)) {
					for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries
						.getNextEntry()) {
						visitor.visit(entry, entries);
					}
				}
			}
		}
	}

	private JsonNode json(String name) throws IOException {
		try (InputStream content = open(name)) {
			return JsonMapper.shared().readTree(content);
		}
	}

	private TarArchiveInputStream open(String name) throws IOException {
		TarArchiveInputStream entries = new TarArchiveInputStream(
				new BufferedInputStream(Files.newInputStream(this.file)));
		for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
			if (name(entry).equals(name)) {
				return entries;
			}
		}
		entries.close();
		throw new IOException("no " + name + " in " + this.file);
	}

	/**
	 * The sizes of the layers as they stand in the archive.
	 * @return bytes by name
	 * @throws IOException if it cannot be read
	 */
	Map<String, Long> layers() throws IOException {
		Map<String, Long> sizes = new LinkedHashMap<>();
		for (JsonNode layer : this.manifest.get("Layers")) {
			try (TarArchiveInputStream content = open(layer.asString())) {
				sizes.put(layer.asString(), content.getCurrentEntry().getSize());
			}
		}
		return sizes;
	}

}
