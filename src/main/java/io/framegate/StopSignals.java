package io.framegate;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The first SIGTERM or SIGINT stops the gateway in order, the second ends it at once: by
 * itself the JVM ignores every signal after the first.
 */
final class StopSignals {

	private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143);

	private StopSignals() {
	}

	static void handle() {
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
