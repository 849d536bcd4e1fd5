package io.framegate.bench;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.string.LineEncoder;
import io.netty.handler.codec.string.LineSeparator;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.netty.ChannelHandlerFactories;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Apache Camel's Netty component, {@code netty:tcp} to {@code netty:tcp}, with Netty's
 * own line codecs as its manual shows them: its {@code textline} codec ends lines with LF
 * alone.
 *
 * <p>
 * A route of Camel is request and reply, not a session: each request takes an upstream
 * connection from the producer's pool, waits for its reply there and gives it back. That
 * is what Framegate calls {@code exclusive}. Requests of a client are taken one by one,
 * {@code synchronous}, for replies would overtake each other otherwise. Both sides use
 * native epoll; nothing is logged, and the pool has no bound.
 */
final class CamelGateway {

	private CamelGateway() {
	}

	/**
	 * Runs until the process is ended.
	 * @param args port, upstream port, payload bytes
	 */
	public static void main(String[] args) throws Exception {
		int longest = Math.max(64 * 1024, Integer.parseInt(args[2])) + 2;
		CamelContext context = new DefaultCamelContext();
		context.getRegistry()
			.bind("frames", ChannelHandlerFactories.newDelimiterBasedFrameDecoder(longest,
					new ByteBuf[] { Unpooled.wrappedBuffer(new byte[] { '\r', '\n' }) }, true, "tcp"));
		context.getRegistry()
			.bind("strings", ChannelHandlerFactories.newStringDecoder(StandardCharsets.US_ASCII, "tcp"));
		context.getRegistry().bind("lines", new LineEncoder(LineSeparator.WINDOWS, StandardCharsets.US_ASCII));
		String codecs = "sync=true&decoders=#frames,#strings&encoders=#lines&nativeTransport=true";
		context.addRoutes(new RouteBuilder() {
			@Override
			public void configure() {
				from("netty:tcp://127.0.0.1:" + args[0] + "?synchronous=true&noReplyLogLevel=OFF&" + codecs)
					.to("netty:tcp://127.0.0.1:" + args[1] + "?" + codecs);
			}
		});
		context.start();
		Thread.currentThread().join();
	}

}
