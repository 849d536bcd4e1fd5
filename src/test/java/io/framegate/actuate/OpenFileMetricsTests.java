package io.framegate.actuate;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Descriptors are told as they are opened and closed.
 */
@DisabledOnOs(OS.WINDOWS)
class OpenFileMetricsTests {

	/** More than anything else in this process opens or closes meanwhile. */
	private static final int MANY = 500;

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@Test
	void tellsHowManyAreOpenAndMayBe() throws IOException {
		new OpenFileMetrics().bindTo(this.registry);
		double before = value("process.files.open");
		List<DatagramChannel> files = new ArrayList<>();
		try {
			for (int i = 0; i < MANY; i++) {
				files.add(DatagramChannel.open());
			}
			assertThat(value("process.files.open") - before).isBetween(MANY * 0.8, MANY * 1.2);
		}
		finally {
			for (DatagramChannel file : files) {
				file.close();
			}
		}
		assertThat(value("process.files.max")).isGreaterThan(before + MANY);
	}

	private double value(String name) {
		return this.registry.get(name).gauge().value();
	}

}
