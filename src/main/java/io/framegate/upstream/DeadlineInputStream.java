package io.framegate.upstream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * What a socket receives until a deadline. A peer that sends a byte now and then does not
 * extend it. The reading thread only.
 */
final class DeadlineInputStream extends FilterInputStream {

	private final Socket socket;

	private final long deadline;

	/**
	 * Reads from a socket.
	 * @param socket the socket, connected
	 * @param deadline a {@link System#nanoTime()} stamp
	 * @throws IOException if it is not connected
	 */
	DeadlineInputStream(Socket socket, long deadline) throws IOException {
		super(socket.getInputStream());
		this.socket = socket;
		this.deadline = deadline;
	}

	@Override
	public int read() throws IOException {
		await();
		return super.read();
	}

	@Override
	public int read(byte[] into, int offset, int length) throws IOException {
		await();
		return super.read(into, offset, length);
	}

	private void await() throws IOException {
		long left = TimeUnit.NANOSECONDS.toMillis(this.deadline - System.nanoTime());
		if (left <= 0) {
			throw new SocketTimeoutException("Read timed out");
		}
		this.socket.setSoTimeout((int) left);
	}

}
