package io.framegate.transport;

import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Event loops, as many as a test needs, on the transport that the tests run on: the
 * environment's {@code FRAMEGATE_TRANSPORT}, which gateways in tests obey too, or the
 * first available one.
 */
public final class TestLoops {

	private TestLoops() {
	}

	/**
	 * Starts loops, one a processor.
	 * @return the loops
	 */
	public static EventLoops start() {
		return of(Runtime.getRuntime().availableProcessors(), System::nanoTime);
	}

	/**
	 * Starts loops.
	 * @param count how many
	 * @param clock their clock
	 * @return the loops
	 */
	public static EventLoops of(int count, LongSupplier clock) {
		return new EventLoops(new MemoryBudget(Runtime.getRuntime().maxMemory() / 4), transport(), clock, count);
	}

	/** What tests run on. */
	public static Transport transport() {
		String asked = System.getenv().getOrDefault("FRAMEGATE_TRANSPORT", "auto");
		return asked.equals("auto") ? List.of(Transport.EPOLL, Transport.NIO)
			.stream()
			.filter(Transport::isAvailable)
			.findFirst()
			.orElseThrow() : Transport.valueOf(asked.toUpperCase(Locale.ROOT));
	}

}
