package io.framegate.actuate;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the management server. Closes it if no next request comes, if a
 * request stays incomplete, or if nobody takes the answer. Where it sees encrypted bytes
 * instead of requests, as in front of HTTP/2, it closes if none come. Runs on the
 * connection's event loop.
 */
final class ManagementConnection extends ChannelDuplexHandler {

	/** How long the head of a request, the first or the next, may take. */
	private static final int HEAD_SECONDS = 30;

	private static final int BODY_SECONDS = 10;

	/** More than the answer to a drain or a reload may take. */
	private static final int ANSWER_SECONDS = 120;

	private static final Map<String, String> HARMLESS = Map.of("X-Content-Type-Options", "nosniff", "X-Frame-Options",
			"DENY", "Cache-Control", "no-store", "Referrer-Policy", "no-referrer", "Content-Security-Policy",
			"default-src 'none'; frame-ancestors 'none'");

	private final Channel channel;

	private final String peer;

	private volatile boolean busy;

	private @Nullable Future<?> limit;

	ManagementConnection(Channel channel, String peer) {
		this.channel = channel;
		this.peer = peer;
	}

	/**
	 * The peer.
	 * @return an address or network
	 */
	String peer() {
		return this.peer;
	}

	/**
	 * Whether a request is being handled. Any thread may call.
	 */
	boolean isBusy() {
		return this.busy;
	}

	/**
	 * Closes it. Any thread may call.
	 */
	void close() {
		this.channel.close();
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		within(HEAD_SECONDS);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		cancel();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof HttpRequest) {
			this.busy = true;
			within(BODY_SECONDS);
		}
		if (message instanceof LastHttpContent || message instanceof ByteBuf) {
			within(ANSWER_SECONDS);
		}
		context.fireChannelRead(message);
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (message instanceof HttpResponse response) {
			HARMLESS.forEach((name, value) -> setIfMissing(response.headers(), name, value));
		}
		if (message instanceof LastHttpContent) {
			context.write(message, promise.unvoid().addListener((written) -> {
				this.busy = false;
				within(HEAD_SECONDS);
			}));
		}
		else if (message instanceof HttpResponse) {
			context.write(message, promise);
		}
		else {
			// An answer may come little by little, for as long as the peer takes it.
			boolean encrypted = message instanceof ByteBuf;
			context.write(message, promise.unvoid().addListener((written) -> {
				if (this.busy || encrypted) {
					within(ANSWER_SECONDS);
				}
			}));
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		cancel();
		context.fireChannelInactive();
	}

	/** The server's own errors, such as for what is no HTTP, reach no filter. */
	private static void setIfMissing(HttpHeaders headers, String name, String value) {
		if (!headers.contains(name)) {
			headers.set(name, value);
		}
	}

	private void within(int seconds) {
		cancel();
		if (this.channel.isOpen()) {
			Runnable close = this::close;
			this.limit = this.channel.eventLoop().schedule(close, seconds, TimeUnit.SECONDS);
		}
	}

	private void cancel() {
		Future<?> pending = this.limit;
		if (pending != null) {
			pending.cancel(false);
			this.limit = null;
		}
	}

}
