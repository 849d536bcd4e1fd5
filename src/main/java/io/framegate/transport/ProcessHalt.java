package io.framegate.transport;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Ends the process at once if it cannot recover: an event loop has died, the heap is
 * exhausted, or the orderly stop does not finish. One line on standard error says why; a
 * blocked reader delays the end by {@link #LAST_LINE_MILLIS} at most. Any thread may
 * call.
 */
public final class ProcessHalt {

	/** As the JVM's own {@code -XX:+ExitOnOutOfMemoryError}. */
	public static final int STATUS = 3;

	private static final long LAST_LINE_MILLIS = 1000;

	private static final CountDownLatch wanted = new CountDownLatch(1);

	private static final CountDownLatch written = new CountDownLatch(1);

	private static volatile byte @Nullable [] lastLine;

	static {
		// There may be no memory for a thread when it is needed.
		Thread.ofPlatform().name("framegate-last-line").daemon().start(ProcessHalt::write);
	}

	private ProcessHalt() {
	}

	/**
	 * Prepares everything that halting needs, while there is memory.
	 */
	static void prepare() {
		// The static initializer has done it.
	}

	/**
	 * Whether an error says that the JVM has no memory. Memory outside the heap does not
	 * count, nor an array larger than any.
	 * @param thrown what was caught
	 */
	static boolean isHeapExhausted(Throwable thrown) {
		if (!(thrown instanceof OutOfMemoryError) || thrown.getClass() != OutOfMemoryError.class) {
			return false;
		}
		String message = thrown.getMessage();
		return message != null && (message.startsWith("Java heap space") || message.startsWith("GC overhead limit")
				|| message.startsWith("Metaspace") || message.startsWith("Compressed class space"));
	}

	/**
	 * Ends the process if an event loop has exhausted the heap: its work is half done,
	 * for all of its connections.
	 * @param thrown what an event loop caught
	 */
	public static void ifHeapIsExhausted(Throwable thrown) {
		if (isHeapExhausted(thrown)) {
			halt("Framegate ends: an event loop is out of memory (" + thrown.getMessage() + ")", STATUS);
		}
	}

	/**
	 * Ends the process.
	 * @param line why, one line
	 * @param status the exit status
	 */
	public static void halt(String line, int status) {
		try {
			lastLine = (line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
			wanted.countDown();
			written.await(LAST_LINE_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			Runtime.getRuntime().halt(status);
		}
	}

	private static void write() {
		// Neither a logger nor System.err: a thread that their reader blocks may hold
		// their locks.
		try (FileOutputStream out = new FileOutputStream(FileDescriptor.err)) {
			wanted.await();
			byte[] line = lastLine;
			if (line != null) {
				out.write(line);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			// Nobody can be told.
		}
		finally {
			written.countDown();
		}
	}

}
