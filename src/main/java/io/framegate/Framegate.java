package io.framegate;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the gateway.
 */
@SpringBootApplication
public class Framegate {

	private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

	public static void main(String[] args) {
		// Before Netty is loaded: its hunt for leaked buffers costs a twentieth of the
		// gateway's own CPU, and is for tests.
		if (System.getProperty(LEAK_DETECTION) == null) {
			System.setProperty(LEAK_DETECTION, "disabled");
		}
		StopSignals.handle();
		SpringApplication.run(Framegate.class, args);
	}

}
