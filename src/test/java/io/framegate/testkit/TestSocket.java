package io.framegate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, as a test speaks on it: blocking, and each call with a
 * deadline of 10 seconds unless {@link #within} set another. A wait that ends badly is an
 * {@link AssertionError} that tells what came instead. Reading belongs to one thread and
 * writing to one thread.
 */
public abstract sealed class TestSocket implements AutoCloseable permits TestClient, Peer {

	private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

	private static final int CHUNK = 64 * 1024;

	private final Socket socket;

	/** The TCP connection below TLS, or the same socket without it. */
	private final Socket wire;

	private final InputStream in;

	private final OutputStream out;

	private final byte[] buffer = new byte[CHUNK];

	private final ByteArrayOutputStream received = new ByteArrayOutputStream();

	private int position;

	private int limit;

	private volatile Duration deadline = DEFAULT_LIMIT;

	TestSocket(Socket socket, Socket wire) throws IOException {
		this.socket = socket;
		this.wire = wire;
		this.socket.setTcpNoDelay(true);
		this.in = socket.getInputStream();
		this.out = socket.getOutputStream();
	}

	/**
	 * Sets the deadline of every later call.
	 */
	final void deadline(Duration limit) {
		this.deadline = limit;
	}

	public final int localPort() {
		return this.socket.getLocalPort();
	}

	public final int remotePort() {
		return this.socket.getPort();
	}

	/**
	 * Sends all bytes; the deadline holds for each 64 KiB of them.
	 * @param bytes what to send
	 */
	public final void send(byte[] bytes) {
		try {
			for (int from = 0; from < bytes.length; from += CHUNK) {
				int offset = from;
				int length = Math.min(CHUNK, bytes.length - from);
				new Deadline(this.deadline).boundWrite(this.socket, () -> this.out.write(bytes, offset, length));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(this + " could not send: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Sends urgent data, which is no part of the stream.
	 * @param octet the byte
	 */
	public final void sendUrgent(int octet) {
		try {
			this.wire.sendUrgentData(octet);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(this + " could not send: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Sends text as UTF-8.
	 * @param text what to send
	 */
	public final void send(String text) {
		send(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Sends text as UTF-8, then CR LF, in one write.
	 * @param text the line
	 */
	public final void sendLine(String text) {
		send(text + "\r\n");
	}

	/**
	 * Sends a payload behind its length (4 bytes, big-endian), in one write.
	 * @param payload the payload
	 */
	public final void sendLength4(byte[] payload) {
		send(ByteBuffer.allocate(4 + payload.length).putInt(payload.length).put(payload).array());
	}

	/**
	 * Reads a line that ends in CR LF.
	 * @return the line without its end
	 */
	public final String readLine() {
		String line = readLineOrEof();
		if (line == null) {
			throw new AssertionError(this + " expected a line but got EOF");
		}
		return line;
	}

	/**
	 * Reads a line that ends in CR LF, or EOF before its first byte.
	 * @return the line without its end; null for EOF
	 */
	public final @Nullable String readLineOrEof() {
		Deadline end = new Deadline(this.deadline);
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		int last = -1;
		while (true) {
			if (!fill(end, "a line", line)) {
				if (line.size() == 0) {
					return null;
				}
				throw new AssertionError(this + " got EOF inside a line, after " + text(line));
			}
			int next = this.buffer[this.position++];
			if (last == '\r' && next == '\n') {
				return new String(line.toByteArray(), 0, line.size() - 1, StandardCharsets.UTF_8);
			}
			line.write(next);
			last = next;
		}
	}

	/**
	 * Reads a payload behind its length (4 bytes, big-endian).
	 * @return the payload
	 */
	public final byte[] readLength4() {
		byte[] payload = readLength4OrEof();
		if (payload == null) {
			throw new AssertionError(this + " expected a length4 frame but got EOF");
		}
		return payload;
	}

	/**
	 * Reads a payload behind its length, or EOF before its first byte.
	 * @return the payload; null for EOF
	 */
	public final byte @Nullable [] readLength4OrEof() {
		if (!fill(new Deadline(this.deadline), "a length4 frame", new ByteArrayOutputStream())) {
			return null;
		}
		return readExactly(ByteBuffer.wrap(readExactly(4)).getInt());
	}

	/**
	 * Reads that many bytes.
	 * @param length how many
	 * @return the bytes
	 */
	public final byte[] readExactly(int length) {
		Deadline end = new Deadline(this.deadline);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
		while (bytes.size() < length) {
			if (!fill(end, length + " bytes", bytes)) {
				throw new AssertionError(this + " expected " + length + " bytes but got EOF after " + text(bytes));
			}
			take(length - bytes.size(), bytes);
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads what there is, at least one byte unless EOF comes.
	 * @return the bytes; empty at EOF
	 */
	public final byte[] readSome() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		if (fill(new Deadline(this.deadline), "bytes", bytes)) {
			take(CHUNK, bytes);
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads until EOF; the deadline holds for the whole.
	 * @return the bytes before it
	 */
	public final byte[] readAll() {
		Deadline end = new Deadline(this.deadline);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		while (fill(end, "EOF", bytes)) {
			take(CHUNK, bytes);
		}
		return bytes.toByteArray();
	}

	/**
	 * Asserts that the peer's FIN is the next thing to come.
	 */
	public final void expectEof() {
		ByteArrayOutputStream none = new ByteArrayOutputStream();
		if (fill(new Deadline(this.deadline), "EOF", none)) {
			take(CHUNK, none);
			throw new AssertionError(this + " expected EOF but got " + text(none));
		}
	}

	/**
	 * Asserts that the peer's RST is the next thing to come.
	 */
	public final void expectReset() {
		ByteArrayOutputStream none = new ByteArrayOutputStream();
		try {
			boolean data = fill(new Deadline(this.deadline), "a reset", none);
			take(CHUNK, none);
			throw new AssertionError(this + " expected a reset but got " + (data ? text(none) : "EOF"));
		}
		catch (ResetError expected) {
			return;
		}
	}

	/**
	 * Reads until the peer's FIN or RST; the deadline holds for the whole.
	 * @return the bytes before it
	 */
	public final byte[] readUntilEnd() {
		Deadline end = new Deadline(this.deadline);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try {
			while (fill(end, "the end", bytes)) {
				take(CHUNK, bytes);
			}
		}
		catch (ResetError expected) {
			return bytes.toByteArray();
		}
		return bytes.toByteArray();
	}

	/**
	 * Reads until the peer's RST, which must come instead of FIN; the deadline holds for
	 * the whole.
	 * @return the bytes before it
	 */
	public final byte[] readUntilReset() {
		Deadline end = new Deadline(this.deadline);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try {
			while (fill(end, "a reset", bytes)) {
				take(CHUNK, bytes);
			}
		}
		catch (ResetError expected) {
			return bytes.toByteArray();
		}
		throw new AssertionError(this + " expected a reset but got EOF after " + text(bytes));
	}

	/**
	 * Sends FIN after what was sent; reading goes on.
	 */
	public final void halfClose() {
		unchecked(this.socket::shutdownOutput);
	}

	/**
	 * Closes with RST at once.
	 */
	public final void reset() {
		unchecked(() -> {
			this.wire.setSoLinger(true, 0);
			this.wire.close();
		});
	}

	/**
	 * Sends FIN without what TLS would send before it; reading goes on.
	 */
	public final void halfCloseWire() {
		unchecked(this.wire::shutdownOutput);
	}

	/**
	 * Sends bytes past TLS.
	 */
	public final void sendOnWire(byte[] bytes) {
		unchecked(() -> this.wire.getOutputStream().write(bytes));
	}

	/**
	 * Asks for new keys (TLS 1.3), or shakes hands again (TLS 1.2).
	 */
	public final void updateKeys() {
		unchecked(((SSLSocket) this.socket)::startHandshake);
	}

	/**
	 * What TLS has settled.
	 */
	public final SSLSession session() {
		return ((SSLSocket) this.socket).getSession();
	}

	/**
	 * Who the peer is by its certificate.
	 * @return a distinguished name
	 */
	public final String peer() {
		try {
			return session().getPeerPrincipal().getName();
		}
		catch (SSLPeerUnverifiedException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Closes as the operating system does it: FIN, or RST where input was left unread.
	 */
	@Override
	public void close() {
		unchecked(this.socket::close);
	}

	/**
	 * What has been read from the socket so far.
	 * @return a copy of all bytes since the connection was made
	 */
	public final byte[] received() {
		synchronized (this.received) {
			return this.received.toByteArray();
		}
	}

	/**
	 * How much has been read from the socket so far.
	 * @return the bytes since the connection was made
	 */
	public final int receivedCount() {
		synchronized (this.received) {
			return this.received.size();
		}
	}

	/**
	 * Sees to it that a byte is buffered.
	 * @return false at EOF
	 */
	private boolean fill(Deadline end, String awaited, ByteArrayOutputStream before) {
		if (this.position < this.limit) {
			return true;
		}
		try {
			if (end.isOver()) {
				throw new SocketTimeoutException();
			}
			end.boundRead(this.socket);
			int count = this.in.read(this.buffer);
			this.position = 0;
			this.limit = Math.max(0, count);
			synchronized (this.received) {
				this.received.write(this.buffer, 0, this.limit);
			}
			return count > 0;
		}
		catch (SocketTimeoutException ex) {
			throw new AssertionError(this + " waited " + end + " for " + awaited + ", after " + text(before), ex);
		}
		catch (SocketException ex) {
			String message = this + " waiting for " + awaited + ", after " + text(before) + ": " + ex.getMessage();
			boolean reset = String.valueOf(ex.getMessage()).contains("reset");
			throw reset ? new ResetError(message, ex) : new AssertionError(message, ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void take(int most, ByteArrayOutputStream to) {
		int count = Math.min(most, this.limit - this.position);
		to.write(this.buffer, this.position, count);
		this.position += count;
	}

	private static void unchecked(SocketCall call) {
		try {
			call.run();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String text(ByteArrayOutputStream bytes) {
		byte[] first = Arrays.copyOf(bytes.toByteArray(), Math.min(80, bytes.size()));
		String shown = new String(first, StandardCharsets.ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n");
		return bytes.size() + " bytes" + (shown.isEmpty() ? "" : " \"" + shown + "\"");
	}

	@Override
	public String toString() {
		return getClass().getSimpleName() + "[" + localPort() + "→" + remotePort() + "]";
	}

	@FunctionalInterface
	private interface SocketCall {

		void run() throws IOException;

	}

	/**
	 * The peer's RST where something else was awaited.
	 */
	private static final class ResetError extends AssertionError {

		ResetError(String message, Throwable cause) {
			super(message, cause);
		}

	}

}
