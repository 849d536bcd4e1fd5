package io.framegate.network;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * A client in the weak network: one connection after the other, on each some frames, up
 * to sixteen of them on their way at once. Half of the connections are half-closed by it
 * right after the last request, the others once everything was answered. Compares every
 * reply with its request.
 */
final class Client implements Runnable {

	private static final Duration PATIENCE = Duration.ofMinutes(4);

	private static final int MOST_FRAMES = 40;

	private static final int MOST_ON_THEIR_WAY = 16;

	private final Traffic traffic;

	private final Network network;

	private final long deadline;

	private long number;

	/**
	 * A client.
	 * @param first the number of its first frame, of a range of its own
	 * @param deadline when it opens no more connections, a {@link System#nanoTime()}
	 * stamp
	 */
	Client(Traffic traffic, Network network, long first, long deadline) {
		this.traffic = traffic;
		this.network = network;
		this.number = first;
		this.deadline = deadline;
	}

	@Override
	public void run() {
		while (System.nanoTime() < this.deadline) {
			int frames = 1 + ThreadLocalRandom.current().nextInt(MOST_FRAMES);
			connection(this.number, frames);
			this.number += frames;
		}
	}

	private void connection(long first, int frames) {
		Kind kind = this.traffic.kind();
		String where = kind.label() + " client";
		try (Peer peer = new Peer(
				this.network.clients().connect(this.network.client(0), this.network.route(kind.port())), kind.clients(),
				PATIENCE)) {
			where += " at port " + peer.port();
			this.traffic.connected();
			converse(peer, first, frames);
			if (peer.receive() != null) {
				throw new IOException("a frame came after the last reply");
			}
		}
		catch (IOException ex) {
			this.traffic.fault(where + ", frames from " + first + ": " + ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void converse(Peer peer, long first, int frames) throws IOException, InterruptedException {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		boolean early = random.nextBoolean();
		boolean answered = this.traffic.isAnswered();
		Semaphore room = new Semaphore(answered ? 1 + random.nextInt(MOST_ON_THEIR_WAY) : frames);
		Sender sender = new Sender(peer, first, frames, room, early || !answered);
		Thread sending = Thread.ofVirtual().start(sender);
		try {
			for (int i = 0; answered && i < frames; i++) {
				byte[] request = this.traffic.frame(first + i);
				byte[] reply = peer.receive(request.length);
				if (!Arrays.equals(request, reply)) {
					throw new IOException(
							"reply " + i + " of " + frames + " is " + text(reply) + " instead of " + text(request));
				}
				this.traffic.received(reply.length);
				room.release();
			}
		}
		finally {
			room.release(frames);
			sending.join();
		}
		if (sender.fault != null) {
			throw sender.fault;
		}
		if (answered && !early) {
			peer.end();
		}
	}

	private static String text(byte @Nullable [] frame) {
		return (frame == null) ? "FIN"
				: frame.length + " bytes '" + new String(frame, 0, Math.min(24, frame.length)) + "'";
	}

	private final class Sender implements Runnable {

		private final Peer peer;

		private final long first;

		private final int frames;

		private final Semaphore room;

		private final boolean ending;

		private @Nullable IOException fault;

		private Sender(Peer peer, long first, int frames, Semaphore room, boolean ending) {
			this.peer = peer;
			this.first = first;
			this.frames = frames;
			this.room = room;
			this.ending = ending;
		}

		@Override
		public void run() {
			try {
				for (int i = 0; i < this.frames; i++) {
					this.room.acquireUninterruptibly();
					byte[] payload = Client.this.traffic.frame(this.first + i);
					Client.this.traffic.sent(payload.length, this.peer.send(payload));
				}
				if (this.ending) {
					this.peer.end();
				}
			}
			catch (IOException ex) {
				this.fault = ex;
			}
		}

	}

}
