package io.framegate;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the gateway.
 */
@SpringBootApplication
public class Framegate {

	public static void main(String[] args) {
		StopSignals.handle();
		SpringApplication.run(Framegate.class, args);
	}

}
