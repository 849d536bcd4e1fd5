package io.framegate.network;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A line between two namespaces that takes its time: a TUN device at each end, and for
 * each direction a thread that reads IP packets and one that writes them when they are
 * due, in order. It knows nothing of TCP, so it can lose or delay, but break nothing:
 * what a packet carries is for the kernels at its ends to check.
 */
final class DelayedLine {

	private static final int LARGEST_PACKET = 2048;

	/** Like a router's, the queue is finite: what finds it full is dropped. */
	private static final int LONGEST_QUEUE = 4096;

	private final Duration delay;

	private DelayedLine(Duration delay) {
		this.delay = delay;
	}

	/**
	 * Makes the line and its devices.
	 * @param delay of each packet, in either direction; up to half as much is added at
	 * random
	 */
	static void lay(Namespace one, String oneDevice, Namespace other, String otherDevice, Duration delay)
			throws IOException {
		int oneEnd = one.call(() -> Native.tun(oneDevice));
		int otherEnd = other.call(() -> Native.tun(otherDevice));
		DelayedLine line = new DelayedLine(delay);
		line.carry(oneEnd, otherEnd);
		line.carry(otherEnd, oneEnd);
	}

	private void carry(int from, int to) {
		BlockingQueue<Packet> queue = new LinkedBlockingQueue<>(LONGEST_QUEUE);
		Thread.ofPlatform().daemon().name("line-in").start(() -> read(from, queue));
		Thread.ofPlatform().daemon().name("line-out").start(() -> write(to, queue));
	}

	private void read(int from, BlockingQueue<Packet> queue) {
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment buffer = arena.allocate(LARGEST_PACKET);
			while (true) {
				int size = Native.read(from, buffer);
				long jitter = ThreadLocalRandom.current().nextLong(1 + this.delay.toNanos() / 2);
				queue.offer(new Packet(System.nanoTime() + this.delay.toNanos() + jitter,
						buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE)));
			}
		}
		catch (IOException ex) {
			// The device went with its namespace.
			return;
		}
	}

	private void write(int to, BlockingQueue<Packet> queue) {
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment buffer = arena.allocate(LARGEST_PACKET);
			while (true) {
				Packet packet = queue.take();
				for (long left = packet.due - System.nanoTime(); left > 0; left = packet.due - System.nanoTime()) {
					LockSupport.parkNanos(left);
				}
				MemorySegment.copy(packet.content, 0, buffer, ValueLayout.JAVA_BYTE, 0, packet.content.length);
				Native.write(to, buffer.asSlice(0, packet.content.length));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private record Packet(long due, byte[] content) {

	}

}
