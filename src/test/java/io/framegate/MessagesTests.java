package io.framegate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * <code>src/test/resources/messages.txt</code> lists the texts that a user can see:
 * failed starts, answers to requests, log lines, close details, and the chart's errors.
 * Review the wording there. After a change, <code>./mvnw test -Dtest=MessagesTests
 * -Dregenerate</code> writes it.
 */
class MessagesTests {

	private static final Path LIST = Path.of("src", "test", "resources", "messages.txt");

	private static final String HEADER = """
			# What a user can read, from string literals of two words or more in src/main/java and the chart's templates.
			# Written by MessagesTests: ./mvnw test -Dtest=MessagesTests -Dregenerate
			""";

	private static final Pattern JAVA = Pattern.compile(
			"/\\*.*?\\*/|//[^\\n]*|'(?:\\\\.|[^'\\\\])+'|\"\"\"\\n(.*?)\"\"\"|((?:\"(?:\\\\.|[^\"\\\\\\n])*\"(?:\\s*\\+\\s*(?=\"))?)+)",
			Pattern.DOTALL);

	private static final Pattern CHART = Pattern
		.compile("\\{\\{-?\\s*/\\*.*?\\*/|\"((?:\\\\.|[^\"\\\\\\n])*)\"|`([^`]*)`", Pattern.DOTALL);

	private static final Pattern TWO_WORDS = Pattern.compile("(?s).*[A-Za-z}'][:,;]? +[A-Za-z{'%].*");

	@Test
	void listIsUpToDate() throws IOException {
		String expected = HEADER + "\n## Gateway\n\n" + lines(gateway()) + "\n## Chart\n\n" + lines(chart());
		if (System.getProperty("regenerate") != null) {
			Files.writeString(LIST, expected);
		}
		assertThat(Files.readString(LIST)).as("run ./mvnw test -Dtest=MessagesTests -Dregenerate").isEqualTo(expected);
	}

	private static String lines(SortedSet<String> texts) {
		return String.join("\n", texts) + "\n";
	}

	private static SortedSet<String> gateway() throws IOException {
		SortedSet<String> texts = new TreeSet<>(String.CASE_INSENSITIVE_ORDER.thenComparing((text) -> text));
		for (Path file : files(Path.of("src", "main", "java"), ".java")) {
			JAVA.matcher(Files.readString(file))
				.results()
				.map(MessagesTests::text)
				.filter(MessagesTests::isText)
				.forEach(texts::add);
		}
		return texts;
	}

	private static String text(MatchResult literal) {
		if (literal.group(1) != null) {
			return literal.group(1).replaceAll("\\\\?\\s*\\n\\s*", " ").strip();
		}
		return (literal.group(2) != null)
				? literal.group(2).replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("^\"|\"\\s*$", "").strip() : "";
	}

	private static SortedSet<String> chart() throws IOException {
		SortedSet<String> texts = new TreeSet<>(String.CASE_INSENSITIVE_ORDER.thenComparing((text) -> text));
		for (Path file : files(Path.of("helm", "framegate", "templates"), "problems.tpl")) {
			CHART.matcher(Files.readString(file))
				.results()
				.map((literal) -> (literal.group(1) != null) ? literal.group(1) : String.valueOf(literal.group(2)))
				.map(String::strip)
				.filter(MessagesTests::isText)
				.forEach(texts::add);
		}
		return texts;
	}

	private static boolean isText(String text) {
		return TWO_WORDS.matcher(text).matches();
	}

	private static List<Path> files(Path directory, String ending) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(ending)).sorted().toList();
		}
	}

}
