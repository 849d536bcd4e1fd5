package io.framegate.tls;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Does the long calculations of one connection's handshake on a few threads that all
 * share: however many clients connect, event loops are never busy with that. The
 * connection's event loop only.
 */
final class HandshakeWorkers implements Executor {

	private static final AtomicInteger NUMBER = new AtomicInteger();

	/** As many tasks wait as there are handshakes at most. */
	private static final ExecutorService WORKERS = Executors
		.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), (task) -> {
			Thread thread = new Thread(task, "framegate-handshake-" + NUMBER.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});

	private @Nullable Channel channel;

	private @Nullable Runnable whenIdle;

	private int busy;

	/** Only a server of TLS 1.2 wants another handshake: reading goes on meanwhile. */
	private boolean handshaken;

	/**
	 * Begins.
	 * @param of the connection's channel
	 * @param idle run on its loop whenever what was calculated has been used
	 */
	void begin(Channel of, Runnable idle) {
		this.channel = of;
		this.whenIdle = idle;
	}

	@Override
	public void execute(Runnable task) {
		Channel of = this.channel;
		Runnable idle = this.whenIdle;
		if (of == null || idle == null) {
			throw new IllegalStateException("The handshake has not begun");
		}
		this.busy++;
		if (!this.handshaken) {
			// What comes meanwhile could not be decrypted.
			of.config().setAutoRead(false);
		}
		WORKERS.execute(() -> {
			try {
				if (of.isOpen()) {
					// Goes on on the loop, before what follows here.
					task.run();
				}
			}
			finally {
				of.eventLoop().execute(() -> {
					this.busy--;
					if (this.busy == 0) {
						idle.run();
					}
				});
			}
		});
	}

	/** The first handshake is done. */
	void handshaken() {
		this.handshaken = true;
	}

	boolean isBusy() {
		return this.busy > 0;
	}

}
