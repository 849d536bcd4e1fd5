package io.framegate;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.framegate.transport.ProcessHalt;

/**
 * The first SIGTERM or SIGINT stops the gateway in order, the second ends it at once. The
 * JVM by itself ignores every signal after the first.
 */
final class StopSignals {

	private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143);

	private StopSignals() {
	}

	/**
	 * Handles the signals from now on.
	 * @param limit how long an orderly stop may take after the first signal, before the
	 * process is ended
	 */
	static void handle(Supplier<Duration> limit) {
		AtomicBoolean stopping = new AtomicBoolean();
		STATUS.forEach((name, status) -> {
			try {
				handle(name, () -> {
					if (stopping.getAndSet(true)) {
						Runtime.getRuntime().halt(status);
					}
					// Signals are handled one after the other: the second must not wait
					// for this.
					Thread.ofPlatform().name("framegate-signal").start(() -> System.exit(status));
					Thread.ofPlatform().name("framegate-stop-limit").daemon().start(() -> end(limit.get(), status));
				});
			}
			catch (ReflectiveOperationException ex) {
				// Signals belong to the JVM (-Xrs), or the class is missing: then the
				// first signal stops,
				// and that is all.
				System.getLogger(StopSignals.class.getName()).log(System.Logger.Level.DEBUG, name, ex);
			}
		});
	}

	/**
	 * The stop must not wait for ever, for example for a dead event loop.
	 */
	private static void end(Duration limit, int status) {
		try {
			Thread.sleep(limit);
			ProcessHalt.halt("Framegate ends: it did not stop within " + limit.toSeconds() + " seconds", status);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * By reflection, because javac always warns about {@code sun.misc.Signal}.
	 */
	private static void handle(String name, Runnable action) throws ReflectiveOperationException {
		Class<?> signal = Class.forName("sun.misc.Signal");
		Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
		Object handler = Proxy.newProxyInstance(StopSignals.class.getClassLoader(), new Class<?>[] { handlerType },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> System.identityHashCode(proxy);
					case "toString" -> "framegate stop " + name;
					default -> {
						action.run();
						yield null;
					}
				});
		signal.getMethod("handle", signal, handlerType)
			.invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
	}

}
