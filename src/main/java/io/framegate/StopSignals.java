package io.framegate;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.framegate.transport.ProcessHalt;

/**
 * The first SIGTERM or SIGINT stops the gateway in order, the second ends it at once: by
 * itself the JVM ignores every signal after the first.
 */
final class StopSignals {

	private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143);

	private StopSignals() {
	}

	/**
	 * Handles them from now on.
	 * @param limit how long stopping in order may take after the first signal, before the
	 * process is ended anyway
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
				// Left to the JVM (-Xrs), or a JVM without this class: then the first
				// signal stops and that is all.
				System.getLogger(StopSignals.class.getName()).log(System.Logger.Level.DEBUG, name, ex);
			}
		});
	}

	/**
	 * Whatever the stop waits for, an event loop that is dead for example, it does not
	 * wait for ever.
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
	 * By reflection, for javac has no way to be silent about {@code sun.misc.Signal}.
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
