package io.framegate.lifecycle;

import io.framegate.configuration.InvalidConfigurationException;
import io.framegate.inbound.BindFailedException;
import org.yaml.snakeyaml.constructor.DuplicateKeyException;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.parser.ParserException;
import org.yaml.snakeyaml.scanner.ScannerException;

/**
 * Says why a configuration could not be applied.
 */
final class FaultText {

	private FaultText() {
	}

	/**
	 * What is wrong.
	 * @param ex the fault
	 * @return a message without secrets
	 */
	static String of(RuntimeException ex) {
		Throwable root = ex;
		while (!(root instanceof InvalidConfigurationException || root instanceof BindFailedException)
				&& root.getCause() != null) {
			root = root.getCause();
		}
		if (root instanceof MarkedYAMLException unreadable) {
			return text(unreadable);
		}
		return String.valueOf(root.getMessage()).strip();
	}

	/**
	 * The place where a file is not YAML. The exception's own message quotes the lines
	 * around it, which may hold a password.
	 */
	private static String text(MarkedYAMLException unreadable) {
		Mark mark = unreadable.getProblemMark();
		// An alias or a tag may be a password that starts with * or !.
		boolean harmless = unreadable instanceof ScannerException || unreadable instanceof ParserException
				|| unreadable instanceof DuplicateKeyException;
		return "A configuration file is not valid YAML%s%s".formatted(
				(mark != null) ? ", line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1) : "",
				harmless ? ": " + unreadable.getProblem() : "");
	}

}
