package io.framegate.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether files were changed, replaced, added or removed.
 *
 * @param marks each file's mark, {@code null} if there is no such file
 */
public record Fingerprint(Map<Path, @Nullable Mark> marks) {

	static Fingerprint of(Collection<Path> files) {
		Map<Path, @Nullable Mark> marks = new LinkedHashMap<>();
		files.forEach((file) -> marks.put(file, mark(file)));
		return new Fingerprint(marks);
	}

	/**
	 * Whether a file was written to in place. A replaced file is complete; one that is
	 * written in place may still be incomplete.
	 * @param before an earlier fingerprint
	 */
	public boolean isWrittenInPlaceSince(Fingerprint before) {
		return this.marks.entrySet().stream().anyMatch((entry) -> {
			Mark now = entry.getValue();
			Mark then = before.marks.get(entry.getKey());
			return now != null && then != null && !now.equals(then) && now.file.equals(then.file) && now.key != null
					&& now.key.equals(then.key);
		});
	}

	/**
	 * A fingerprint that no files have, as if each had been written to in place since.
	 */
	Fingerprint outdated() {
		Map<Path, @Nullable Mark> before = new LinkedHashMap<>();
		this.marks.forEach(
				(file, now) -> before.put(file, (now != null) ? new Mark(now.file, now.key, -1, now.changedAt) : null));
		return new Fingerprint(before);
	}

	private static @Nullable Mark mark(Path path) {
		if (!Files.exists(path)) {
			// Asked first, because an exception each second costs more.
			return null;
		}
		try {
			Path file = path.toRealPath();
			BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
			return new Mark(file, facts.fileKey(), facts.size(), facts.lastModifiedTime());
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * A file as it was seen.
	 *
	 * @param file the target of links
	 * @param key the file system's own name for it, different for a new file
	 * @param size its size in bytes
	 * @param changedAt when it was last written to
	 */
	public record Mark(Path file, @Nullable Object key, long size, FileTime changedAt) {

	}

}
