package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page of the documentation with parts that a program writes, each between two
 * comments. The rest is written by hand.
 *
 * @param file Markdown
 */
record Page(Path file) {

	void replace(String part, String text) throws IOException {
		String begin = "<!-- " + part + ": begin -->\n";
		String end = "<!-- " + part + ": end -->";
		String page = Files.readString(this.file);
		int from = page.indexOf(begin);
		int to = page.indexOf(end);
		if (from < 0 || to < from) {
			throw new IOException("No " + begin.strip() + " and " + end + " in " + this.file);
		}
		Files.writeString(this.file,
				page.substring(0, from) + begin + "\n" + text.strip() + "\n\n" + page.substring(to));
	}

}
