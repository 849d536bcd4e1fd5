package io.framegate.configuration;

import java.util.function.Consumer;

/**
 * Tells of configurations that are taken over while the gateway runs. Any thread may
 * call.
 */
public interface ConfigurationChanges {

	/**
	 * Has somebody told of each configuration that is taken over, before its routes are.
	 * @param listener takes it, on the thread that reloads
	 */
	void whenTaken(Consumer<FramegateProperties> listener);

}
