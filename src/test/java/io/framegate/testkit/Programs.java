package io.framegate.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Programs that people have, where they are installed. {@code .ci/run} installs them.
 */
public final class Programs {

	private Programs() {
	}

	/**
	 * Skips a test where a program is missing.
	 * @param programs their names
	 */
	public static void assumeInstalled(String... programs) {
		for (String program : programs) {
			assumeTrue(find(program).isPresent(), () -> program + " is not installed");
		}
	}

	/**
	 * Where a program is. Servers are often where only root looks.
	 * @param program its name
	 * @return its path
	 */
	static Optional<String> find(String program) {
		return Stream
			.concat(Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
					Stream.of("/usr/sbin", "/sbin"))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.map(Path::toString)
			.findFirst();
	}

	/**
	 * Starts a program, whose output goes nowhere.
	 * @param command its name and arguments
	 * @return the running program
	 */
	public static Process start(String... command) {
		String[] found = command.clone();
		found[0] = find(command[0]).orElse(command[0]);
		try {
			return new ProcessBuilder(found).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits until something listens.
	 * @param port the port of 127.0.0.1
	 */
	public static void awaitPort(int port) {
		Gateway.await("a server on " + port, () -> {
			try (Socket ignored = new Socket("127.0.0.1", port)) {
				return Optional.of(true);
			}
			catch (IOException ex) {
				return Optional.empty();
			}
		});
	}

}
