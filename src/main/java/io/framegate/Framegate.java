package io.framegate;

import java.security.Security;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the gateway.
 */
@SpringBootApplication
public class Framegate {

	/** How long the JVM remembers an address, in seconds. */
	private static final String NAMES_KEPT = "networkaddress.cache.ttl";

	public static void main(String[] args) {
		StopSignals.handle();
		if (Security.getProperty(NAMES_KEPT) == null) {
			// The JVM's own half a minute is long where names stand for what comes and
			// goes.
			Security.setProperty(NAMES_KEPT, "5");
		}
		SpringApplication.run(Framegate.class, args);
	}

}
