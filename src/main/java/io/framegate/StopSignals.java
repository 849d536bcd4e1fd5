package io.framegate;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The first SIGTERM or SIGINT stops the gateway in order, the second ends it at once: by
 * itself the JVM ignores every signal after the first.
 */
@SuppressWarnings("sunapi")
final class StopSignals {

	private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143);

	private StopSignals() {
	}

	static void handle() {
		AtomicBoolean stopping = new AtomicBoolean();
		STATUS.forEach((name, status) -> {
			try {
				sun.misc.Signal.handle(new sun.misc.Signal(name), (signal) -> {
					if (stopping.getAndSet(true)) {
						Runtime.getRuntime().halt(status);
					}
					// Signals are handled one after the other: the second must not wait
					// for this.
					Thread.ofPlatform().name("framegate-signal").start(() -> System.exit(status));
				});
			}
			catch (IllegalArgumentException ex) {
				// The JVM was told to leave this signal alone (-Xrs), or the system has
				// none such.
				System.getLogger(StopSignals.class.getName()).log(System.Logger.Level.DEBUG, name, ex);
			}
		});
	}

}
