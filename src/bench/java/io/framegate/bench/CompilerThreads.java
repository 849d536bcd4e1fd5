package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The threads of a JVM that compile, as Linux counts their CPU time. A gateway that has
 * run for an hour has little left to compile, and what it costs then is what users see.
 *
 * @param pid the process; one that is no JVM never compiles
 */
record CompilerThreads(long pid) {

	/** The share of a core below which they rest, in percent. */
	private static final double RESTING = 0.1;

	/** Longer than the pause between two methods of a gateway that does little. */
	private static final long WINDOW_SECONDS = 20;

	private static final int MAX_WINDOWS = 9;

	/**
	 * Waits until they rest, three minutes at most.
	 */
	void awaitRest() throws IOException, InterruptedException {
		for (int window = 0; window < MAX_WINDOWS; window++) {
			long before = nanos();
			TimeUnit.SECONDS.sleep(WINDOW_SECONDS);
			if (100.0 * (nanos() - before) / TimeUnit.SECONDS.toNanos(WINDOW_SECONDS) < RESTING) {
				return;
			}
		}
	}

	/**
	 * The CPU time of those that are there now.
	 * @return nanoseconds, 0 where the system does not tell
	 */
	long nanos() throws IOException {
		Path tasks = Path.of("/proc", String.valueOf(this.pid), "task");
		if (!Files.isDirectory(tasks)) {
			return 0;
		}
		long all = 0;
		try (Stream<Path> threads = Files.list(tasks)) {
			for (Path thread : threads.toList()) {
				all += nanos(thread);
			}
		}
		return all;
	}

	private static long nanos(Path thread) throws IOException {
		try {
			// A name is cut to 15 characters.
			return Files.readString(thread.resolve("comm")).matches("C[12] CompilerThre\\R")
					? Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]) : 0;
		}
		catch (NoSuchFileException ex) {
			// It has just ended, as the JVM's compiler threads do.
			return 0;
		}
	}

}
