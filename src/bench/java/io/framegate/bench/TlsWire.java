package io.framegate.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 with AES-128-GCM. No session is resumed: an engine that knows no host looks for
 * none.
 */
final class TlsWire implements Wire {

	private static final int RECORD = 17 * 1024;

	private static final SSLContext CONTEXT = context();

	private final SocketChannel channel;

	private final SSLEngine engine;

	private final ByteBuffer in = ByteBuffer.allocate(2 * RECORD);

	private final ByteBuffer out = ByteBuffer.allocate(2 * RECORD);

	/**
	 * Shakes hands.
	 * @param channel a connected channel, still blocking
	 */
	TlsWire(SocketChannel channel) throws IOException {
		this.channel = channel;
		this.engine = CONTEXT.createSSLEngine();
		this.engine.setUseClientMode(true);
		this.engine.setEnabledProtocols(new String[] { "TLSv1.3" });
		this.engine.setEnabledCipherSuites(new String[] { "TLS_AES_128_GCM_SHA256" });
		this.out.flip();
		channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		shakeHands();
	}

	private static SSLContext context() {
		try {
			SSLContext context = SSLContext.getInstance("TLSv1.3");
			context.init(null, new TrustManager[] { new TrustAll() }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void shakeHands() throws IOException {
		ByteBuffer nothing = ByteBuffer.allocate(0);
		ByteBuffer early = ByteBuffer.allocate(RECORD);
		this.engine.beginHandshake();
		HandshakeStatus status = this.engine.getHandshakeStatus();
		while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
			if (status == HandshakeStatus.NEED_TASK) {
				runTasks();
				status = this.engine.getHandshakeStatus();
			}
			else if (status == HandshakeStatus.NEED_WRAP) {
				status = wrap(nothing).getHandshakeStatus();
				while (this.out.hasRemaining()) {
					this.channel.write(this.out);
				}
			}
			else {
				this.in.flip();
				SSLEngineResult result = this.engine.unwrap(this.in, early);
				this.in.compact();
				status = result.getHandshakeStatus();
				if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && this.channel.read(this.in) < 0) {
					throw new EOFException("the gateway ended the handshake");
				}
			}
		}
	}

	private void runTasks() {
		for (@Nullable
		Runnable task = this.engine.getDelegatedTask(); task != null; task = this.engine.getDelegatedTask()) {
			task.run();
		}
	}

	private SSLEngineResult wrap(ByteBuffer from) throws IOException {
		this.out.compact();
		SSLEngineResult result = this.engine.wrap(from, this.out);
		this.out.flip();
		return result;
	}

	@Override
	public int read(ByteBuffer to) throws IOException {
		int begin = to.position();
		int read = this.channel.read(this.in);
		this.in.flip();
		boolean more = true;
		while (more && this.in.hasRemaining()) {
			more = this.engine.unwrap(this.in, to).getStatus() == SSLEngineResult.Status.OK;
			runTasks();
		}
		this.in.compact();
		return (read < 0 && to.position() == begin) ? -1 : to.position() - begin;
	}

	@Override
	public boolean write(ByteBuffer from) throws IOException {
		while (true) {
			if (this.out.hasRemaining()) {
				this.channel.write(this.out);
				if (this.out.hasRemaining()) {
					return false;
				}
			}
			if (!from.hasRemaining()) {
				return true;
			}
			wrap(from);
		}
	}

	/** The certificate was made for the benchmark: it proves nothing. */
	private static final class TrustAll implements X509TrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) {
			// a client has none
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) {
			// see above
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
