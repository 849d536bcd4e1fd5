package io.framegate.configuration;

import java.util.function.Consumer;

/**
 * Tells of configurations that are applied while the gateway runs. Any thread may call.
 */
public interface ConfigurationChanges {

	/**
	 * Registers a listener for each applied configuration. It is called before the routes
	 * change.
	 * @param listener takes it, on the thread that reloads
	 */
	void whenTaken(Consumer<FramegateProperties> listener);

}
