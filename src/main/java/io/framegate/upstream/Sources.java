package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.framegate.connection.SocketFaults;
import io.framegate.route.PortRange;
import io.framegate.route.Upstream;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a route's connections come from: local addresses, where the configuration names
 * them. Any thread may call.
 */
final class Sources {

	/**
	 * A connect under way.
	 *
	 * @param future the connect; where the address is not known, only that of a socket
	 * @param local where from, {@code null} for the kernel's choice
	 */
	record Attempt(ChannelFuture future, @Nullable InetSocketAddress local) {

		/**
		 * Whether the local address or port cannot be had, which is no fault of the
		 * target's.
		 */
		boolean isLocalFault() {
			Throwable thrown = this.future.cause();
			return this.local != null && thrown != null && (SocketFaults.text(thrown).contains(IN_USE) || isNotOver());
		}

		/**
		 * Whether the port is free, but not to this target: an ended connection keeps its
		 * pair of ports for a minute on the side that closed first.
		 */
		private boolean isNotOver() {
			Throwable thrown = this.future.cause();
			return thrown != null && SocketFaults.text(thrown).contains(CANNOT_ASSIGN);
		}

		/**
		 * Where from, as people read it in the detail of a failed connect.
		 * @return empty where nothing was asked for
		 */
		String text() {
			if (this.local == null) {
				return "";
			}
			boolean any = this.local.getAddress().isAnyLocalAddress();
			return " from source" + (any ? "" : " address " + this.local.getAddress().getHostAddress())
					+ ((this.local.getPort() != 0) ? " port " + this.local.getPort() : "");
		}

		/**
		 * What the operating system does not say.
		 * @return empty where it says enough
		 */
		String hint() {
			return isNotOver()
					? " (not an address of this machine, or an earlier connection from there is not over yet)" : "";
		}

	}

	private static final String IN_USE = "Address already in use";

	private static final String CANNOT_ASSIGN = "Cannot assign requested address";

	private final @Nullable String address;

	private final @Nullable PortRange ports;

	private final AtomicInteger turn;

	Sources(Upstream upstream) {
		this.address = upstream.sourceAddress();
		this.ports = upstream.sourcePort();
		this.turn = new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 16));
	}

	/**
	 * Begins to connect, from the first port that can be had. Each call begins at another
	 * port and goes through all of them, whatever others take meanwhile.
	 * @param sockets gives a new channel, registered with the loop that calls
	 * @param remote where to
	 * @return the connect; where no port can be had, the last one's failure; {@code null}
	 * where not even a socket could be had
	 */
	@Nullable Attempt connect(Supplier<ChannelFuture> sockets, InetSocketAddress remote) {
		int count = (this.ports != null) ? this.ports.count() : 1;
		int first = this.turn.getAndIncrement();
		Attempt attempt = connect(sockets.get(), remote, first);
		for (int i = 1; i < count && attempt != null && attempt.isLocalFault(); i++) {
			attempt = connect(sockets.get(), remote, first + i);
		}
		return attempt;
	}

	private @Nullable Attempt connect(ChannelFuture registered, InetSocketAddress remote, int number) {
		if (registered.cause() != null) {
			return null;
		}
		if (remote.isUnresolved()) {
			return new Attempt(registered, null);
		}
		InetSocketAddress local = local(number);
		return new Attempt(
				(local != null) ? registered.channel().connect(remote, local) : registered.channel().connect(remote),
				local);
	}

	private @Nullable InetSocketAddress local(int number) {
		if (this.address == null && this.ports == null) {
			return null;
		}
		int port = (this.ports != null) ? this.ports.first() + Math.floorMod(number, this.ports.count()) : 0;
		return (this.address != null) ? new InetSocketAddress(this.address, port) : new InetSocketAddress(port);
	}

}
