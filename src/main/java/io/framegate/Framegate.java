package io.framegate;

import java.security.Security;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.framegate.lifecycle.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeansException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ApplicationContext;

/**
 * Starts the gateway.
 */
@SpringBootApplication
public class Framegate {

	/** How long the JVM remembers an address, in seconds. */
	private static final String NAMES_KEPT = "networkaddress.cache.ttl";

	/** How long everything but the routes may take to stop. */
	private static final Duration REST = Duration.ofSeconds(10);

	/** How long a gateway that has not started yet may take to stop. */
	private static final Duration UNSTARTED = Duration.ofSeconds(30);

	public static void main(String[] args) {
		AtomicReference<@Nullable ApplicationContext> started = new AtomicReference<>();
		StopSignals.handle(() -> stopLimit(started.get()));
		if (Security.getProperty(NAMES_KEPT) == null) {
			// The JVM's own half a minute is too long for names whose addresses change.
			Security.setProperty(NAMES_KEPT, "5");
		}
		SpringApplication gateway = new SpringApplication(Framegate.class);
		gateway.addListeners(new LogQueues());
		started.set(gateway.run(args));
	}

	/**
	 * How long stopping may take before the process is ended.
	 */
	private static Duration stopLimit(@Nullable ApplicationContext context) {
		try {
			if (context != null) {
				return context.getBean(Routes.class).stopLimit().plus(REST);
			}
		}
		catch (BeansException | IllegalStateException ex) {
			LoggerFactory.getLogger(Framegate.class).debug("Stopped before it had started", ex);
		}
		return UNSTARTED;
	}

}
