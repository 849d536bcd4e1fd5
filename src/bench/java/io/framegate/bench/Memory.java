package io.framegate.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process keeps in memory: all that is resident; on the JVM all that is resident
 * outside the heap, and what the heap still holds after a full collection, for the heap's
 * own pages stay resident whether in use or not. Linux, and a collector whose heap is one
 * range (G1, Serial, Parallel).
 *
 * @param pid the process
 */
record Memory(long pid) {

	private static final Pattern HEAP = Pattern.compile("used (\\d+)K \\[0x(\\p{XDigit}+).*0x(\\p{XDigit}+)\\)");

	private static final Pattern MAPPING = Pattern.compile("(\\p{XDigit}+)-\\p{XDigit}+ .*");

	private static final Pattern VM_RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");

	private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d+) kB");

	/**
	 * All that is resident now, a heap's free pages too.
	 * @return KB of 1,024 bytes; 0 where the system does not say
	 */
	long residentKilobytes() throws IOException {
		Path status = Path.of("/proc", String.valueOf(this.pid), "status");
		if (!Files.exists(status)) {
			return 0;
		}
		Matcher resident = VM_RSS.matcher(Files.readString(status));
		return resident.find() ? Long.parseLong(resident.group(1)) : 0;
	}

	/**
	 * Weighs it, after a collection.
	 * @return KB of 1,024 bytes
	 */
	long kilobytes() throws IOException, InterruptedException {
		jcmd("GC.run");
		long used = 0;
		long heapStart = 0;
		long heapEnd = 0;
		for (String line : jcmd("GC.heap_info").split("\n")) {
			Matcher heap = HEAP.matcher(line);
			if (heap.find()) {
				used += Long.parseLong(heap.group(1));
				long start = Long.parseUnsignedLong(heap.group(2), 16);
				heapStart = (heapStart == 0) ? start : Math.min(heapStart, start);
				heapEnd = Math.max(heapEnd, Long.parseUnsignedLong(heap.group(3), 16));
			}
		}
		return used + residentOutside(heapStart, heapEnd);
	}

	private long residentOutside(long start, long end) throws IOException {
		long resident = 0;
		boolean counts = true;
		for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(this.pid), "smaps"))) {
			Matcher mapping = MAPPING.matcher(line);
			Matcher rss = RESIDENT.matcher(line);
			if (mapping.matches()) {
				long from = Long.parseUnsignedLong(mapping.group(1), 16);
				counts = Long.compareUnsigned(from, start) < 0 || Long.compareUnsigned(from, end) >= 0;
			}
			else if (counts && rss.matches()) {
				resident += Long.parseLong(rss.group(1));
			}
		}
		return resident;
	}

	/**
	 * Asks the JVM. A process that is none gives no answer worth parsing.
	 */
	private String jcmd(String command) throws IOException, InterruptedException {
		if (!Files.readString(Path.of("/proc", String.valueOf(this.pid), "comm")).startsWith("java")) {
			return "";
		}
		Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
		Process process = new ProcessBuilder(jcmd.toString(), String.valueOf(this.pid), command)
			.redirectErrorStream(true)
			.start();
		String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.waitFor() != 0) {
			throw new IOException(command + " failed for process " + this.pid + ": " + answer);
		}
		return answer;
	}

}
