package io.framegate.actuate;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;

/**
 * How many descriptors are open, as Micrometer tells it, but without counting them: with
 * 9,000 sessions that took 16 ms of each scrape. Any thread may ask.
 */
final class OpenFileMetrics extends FileDescriptorMetrics {

	/** Since Linux 6.2 its size is how many there are; before, it is 0. */
	private static final Path ALL = Path.of("/proc/self/fd");

	@Override
	public void bindTo(MeterRegistry registry) {
		if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
			Gauge.builder("process.files.open", unix, OpenFileMetrics::open)
				.description("The open file descriptor count")
				.baseUnit("files")
				.register(registry);
			Gauge.builder("process.files.max", unix, UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
				.description("The maximum file descriptor count")
				.baseUnit("files")
				.register(registry);
		}
	}

	private static long open(UnixOperatingSystemMXBean unix) {
		try {
			long size = Files.size(ALL);
			if (size > 0) {
				return size;
			}
		}
		catch (IOException ex) {
			// No Linux: the JVM knows.
		}
		return unix.getOpenFileDescriptorCount();
	}

}
