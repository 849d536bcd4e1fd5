package io.framegate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Sends every byte back, whatever the framing, on one daemon thread with one selector.
 * What a socket does not take waits in its connection's buffer, and reading with it.
 */
final class EchoUpstream implements AutoCloseable {

	private final Selector selector = Selector.open();

	private final ServerSocketChannel server = ServerSocketChannel.open();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);

	EchoUpstream() throws IOException {
		this.server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 4096);
		this.server.configureBlocking(false);
		this.server.register(this.selector, SelectionKey.OP_ACCEPT);
		Thread.ofPlatform().daemon().name("echo-upstream").start(this::run);
	}

	int port() {
		return this.server.socket().getLocalPort();
	}

	private void run() {
		try {
			Consumer<SelectionKey> service = this::serve;
			while (this.selector.isOpen()) {
				this.selector.select(service);
			}
		}
		catch (ClosedSelectorException ex) {
			return;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void serve(SelectionKey key) {
		try {
			if (key.isAcceptable()) {
				acceptAll();
			}
			else if (key.isWritable()) {
				writePending(key);
			}
			else {
				echo(key);
			}
		}
		catch (IOException ex) {
			key.cancel();
			close(key);
		}
	}

	/**
	 * Takes all that wait. One a turn would let a connection that comes while others are
	 * busy wait for as many turns as there are before it: seconds, with thousands.
	 */
	private void acceptAll() throws IOException {
		for (SocketChannel channel = this.server.accept(); channel != null; channel = this.server.accept()) {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			channel.register(this.selector, SelectionKey.OP_READ);
		}
	}

	private void echo(SelectionKey key) throws IOException {
		SocketChannel channel = (SocketChannel) key.channel();
		this.buffer.clear();
		if (channel.read(this.buffer) < 0) {
			channel.close();
			return;
		}
		this.buffer.flip();
		channel.write(this.buffer);
		if (this.buffer.hasRemaining()) {
			ByteBuffer pending = ByteBuffer.allocateDirect(this.buffer.remaining()).put(this.buffer).flip();
			key.attach(pending);
			key.interestOps(SelectionKey.OP_WRITE);
		}
	}

	private static void writePending(SelectionKey key) throws IOException {
		ByteBuffer pending = (ByteBuffer) key.attachment();
		((SocketChannel) key.channel()).write(pending);
		if (!pending.hasRemaining()) {
			key.attach(null);
			key.interestOps(SelectionKey.OP_READ);
		}
	}

	private static void close(SelectionKey key) {
		try {
			key.channel().close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.selector.close();
		this.server.close();
	}

}
