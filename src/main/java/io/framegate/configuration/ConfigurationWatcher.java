package io.framegate.configuration;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the configuration's files once a second, on a thread of its own.
 */
public final class ConfigurationWatcher {

	/** Decides what to do about changed files. */
	public interface Owner {

		/**
		 * Called after each look, on the watcher's thread. What it throws is logged.
		 * @param now the files as they are
		 * @param looks for how many earlier looks they have been the same
		 */
		void look(Fingerprint now, int looks);

	}

	private static final Logger logger = LoggerFactory.getLogger(ConfigurationWatcher.class);

	private static final long LOOK_MILLIS = 1000;

	private final ConfigurationSource source;

	private final Owner owner;

	private volatile CountDownLatch stopped = new CountDownLatch(0);

	public ConfigurationWatcher(ConfigurationSource source, Owner owner) {
		this.source = source;
		this.owner = owner;
	}

	/**
	 * Starts to look.
	 * @param known finds the last known files, on the watcher's thread
	 */
	public void start(Supplier<Fingerprint> known) {
		CountDownLatch stop = new CountDownLatch(1);
		this.stopped = stop;
		Thread.ofPlatform().name("framegate-configuration").daemon().start(() -> watch(known, stop));
	}

	/** An exception in one look must not end the watch. */
	private void watch(Supplier<Fingerprint> known, CountDownLatch stop) {
		Fingerprint seen = known.get();
		int looks = 0;
		try {
			while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
				try {
					Fingerprint now = this.source.fingerprint();
					looks = now.equals(seen) ? looks + 1 : 0;
					seen = now;
					this.owner.look(now, looks);
				}
				catch (RuntimeException | Error ex) {
					logger.error("Reloading the configuration failed", ex);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	public void stop() {
		this.stopped.countDown();
	}

	public boolean isRunning() {
		return this.stopped.getCount() > 0;
	}

}
