package io.framegate.bench;

import java.util.Arrays;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * What one would write by hand on Netty: each client with a server connection of its own,
 * on one event loop a core. It cuts {@code crlf} frames and writes them again, with one
 * write for each read, and does nothing else: no timeouts, no records, no metrics, no
 * half-closure. It shows what Framegate's own work costs, and what its transport does.
 */
final class NettyGateway {

	private final Class<? extends SocketChannel> socket;

	private final Class<? extends ServerSocketChannel> server;

	private final EventLoopGroup loops;

	private final int upstreamPort;

	private NettyGateway(boolean uring, int upstreamPort) {
		this.socket = uring ? IoUringSocketChannel.class : EpollSocketChannel.class;
		this.server = uring ? IoUringServerSocketChannel.class : EpollServerSocketChannel.class;
		IoHandlerFactory handler = uring ? IoUringIoHandler.newFactory() : EpollIoHandler.newFactory();
		this.loops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), handler);
		this.upstreamPort = upstreamPort;
	}

	/**
	 * Runs until the process is ended.
	 * @param args port, upstream port, {@code epoll} or {@code io_uring}
	 */
	public static void main(String[] args) throws Exception {
		NettyGateway gateway = new NettyGateway(args[2].equals("io_uring"), Integer.parseInt(args[1]));
		gateway.listen(Integer.parseInt(args[0])).closeFuture().sync();
	}

	private Channel listen(int port) throws InterruptedException {
		return new ServerBootstrap().group(this.loops)
			.channel(this.server)
			.option(ChannelOption.SO_BACKLOG, 4096)
			.childOption(ChannelOption.AUTO_READ, false)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Frames.READ))
			.childHandler(new ChannelInitializer<>() {
				@Override
				protected void initChannel(Channel client) {
					connect(client);
				}
			})
			.bind("127.0.0.1", port)
			.sync()
			.channel();
	}

	private void connect(Channel client) {
		ChannelFuture connecting = new Bootstrap().group(client.eventLoop())
			.channel(this.socket)
			.option(ChannelOption.AUTO_READ, false)
			.option(ChannelOption.TCP_NODELAY, true)
			.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Frames.READ))
			.handler(new Way(client))
			.connect("127.0.0.1", this.upstreamPort);
		client.pipeline().addLast(new Way(connecting.channel()));
		connecting.addListener((ChannelFutureListener) (done) -> {
			if (done.isSuccess()) {
				client.config().setAutoRead(true);
				done.channel().config().setAutoRead(true);
			}
			else {
				client.close();
			}
		});
	}

	/** Frames one way: from the channel that it is a handler of to the other. */
	private static final class Way extends ChannelInboundHandlerAdapter {

		private final Channel to;

		private @Nullable Frames frames;

		private byte[] partial = Frames.NONE;

		Way(Channel to) {
			this.to = to;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			Frames frames = (this.frames != null) ? this.frames : Frames.OF_LOOP.get();
			this.frames = frames;
			this.partial = frames.cut((ByteBuf) message, this.partial);
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext context) {
			if (this.frames != null && this.frames.hasOutput()) {
				this.to.writeAndFlush(this.frames.output(), this.to.voidPromise());
			}
		}

		@Override
		public void channelWritabilityChanged(ChannelHandlerContext context) {
			this.to.config().setAutoRead(context.channel().isWritable());
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			this.to.close();
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			context.close();
		}

	}

	/**
	 * The arrays of a loop: what a read brought is copied once, looked through there, and
	 * gathered until the read is complete.
	 */
	private static final class Frames {

		static final int READ = 64 * 1024;

		static final byte[] NONE = {};

		static final FastThreadLocal<Frames> OF_LOOP = new FastThreadLocal<>() {
			@Override
			protected Frames initialValue() {
				return new Frames();
			}
		};

		private byte[] in = new byte[2 * READ];

		private byte[] out = new byte[2 * READ];

		private int length;

		/**
		 * Cuts what was read.
		 * @return the bytes of the frame that is not complete
		 */
		byte[] cut(ByteBuf read, byte[] partial) {
			int to = partial.length + read.readableBytes();
			this.in = ensure(this.in, to);
			System.arraycopy(partial, 0, this.in, 0, partial.length);
			read.readBytes(this.in, partial.length, read.readableBytes());
			read.release();
			int from = 0;
			for (int i = Math.max(1, partial.length); i < to; i++) {
				if (this.in[i] == '\n' && this.in[i - 1] == '\r') {
					write(from, i - 1);
					from = i + 1;
				}
			}
			return (from == to) ? NONE : Arrays.copyOfRange(this.in, from, to);
		}

		private void write(int from, int to) {
			this.out = ensure(this.out, this.length + to - from + 2);
			System.arraycopy(this.in, from, this.out, this.length, to - from);
			this.length += to - from;
			this.out[this.length++] = '\r';
			this.out[this.length++] = '\n';
		}

		boolean hasOutput() {
			return this.length > 0;
		}

		ByteBuf output() {
			ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(this.length)
				.writeBytes(this.out, 0, this.length);
			this.length = 0;
			return buffer;
		}

		private static byte[] ensure(byte[] array, int length) {
			return (array.length >= length) ? array : Arrays.copyOf(array, Math.max(length, 2 * array.length));
		}

	}

}
