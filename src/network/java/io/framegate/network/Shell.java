package io.framegate.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Runs programs.
 */
final class Shell {

	private Shell() {
	}

	/**
	 * Runs a program to its end.
	 * @param command the program and its arguments
	 * @return what it printed
	 * @throws IOException where it is not there or says that it failed
	 */
	static String run(String... command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		try {
			if (process.waitFor() != 0) {
				throw new IOException(String.join(" ", command) + ": " + output);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
		return output;
	}

}
