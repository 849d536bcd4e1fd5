package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.framegate.route.PortRange;
import io.framegate.route.Upstream;
import io.framegate.transport.Loop;
import io.framegate.transport.SocketErrors;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/**
 * The source addresses of a route's connections, if the configuration names any. Any
 * thread may call.
 */
final class SourceAddresses {

	/**
	 * A connect in progress.
	 *
	 * @param future the connect; if the address is unresolved, only the opening of its
	 * socket
	 * @param local the source address, {@code null} for the kernel's choice
	 * @param range the range of ports of which none is free, {@code null} for one port
	 */
	record Attempt(ChannelFuture future, @Nullable InetSocketAddress local, @Nullable PortRange range) {

		/**
		 * The same attempt as the last of a range of which no port is free.
		 */
		Attempt exhausted(@Nullable PortRange tried) {
			return new Attempt(this.future, this.local, tried);
		}

		/**
		 * Whether the source address or port is not available, which is not the target's
		 * fault.
		 */
		boolean isLocalFault() {
			Throwable thrown = this.future.cause();
			return this.local != null && thrown != null && (SocketErrors.text(thrown).contains(IN_USE) || isNotOver());
		}

		/**
		 * Whether the port is free, but not to this target: the side that closes a
		 * connection first keeps its pair of ports for a minute.
		 */
		private boolean isNotOver() {
			Throwable thrown = this.future.cause();
			return thrown != null && SocketErrors.text(thrown).contains(CANNOT_ASSIGN);
		}

		/**
		 * The source address, for the message about a failed connect.
		 * @return empty if none was configured
		 */
		String text() {
			if (this.local == null) {
				return "";
			}
			boolean any = this.local.getAddress().isAnyLocalAddress();
			return " from source" + (any ? "" : " address " + this.local.getAddress().getHostAddress())
					+ ((this.range != null) ? " port " + this.range + ": none is free, the last one"
							: (this.local.getPort() != 0) ? " port " + this.local.getPort() : "");
		}

		/**
		 * Explains what the operating system's message does not.
		 * @return empty if there is nothing to explain
		 */
		String hint() {
			return isNotOver()
					? " (not an address of this machine, or an earlier connection from there is not over yet)" : "";
		}

	}

	/** Ports tried in one turn of the loop. */
	private static final int AT_ONCE = 4;

	private static final String IN_USE = "Address already in use";

	private static final String CANNOT_ASSIGN = "Cannot assign requested address";

	private final @Nullable String address;

	private final @Nullable PortRange ports;

	private final LongSupplier clock;

	/** For each address, which ports are in use towards it. */
	private final ConcurrentMap<InetSocketAddress, SourcePorts> inUse = new ConcurrentHashMap<>();

	private final AtomicInteger turn;

	SourceAddresses(Upstream upstream, LongSupplier clock) {
		this.clock = clock;
		this.address = upstream.sourceAddress();
		this.ports = upstream.sourcePort();
		this.turn = new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 16));
	}

	/**
	 * Begins to connect, from the first free port of the range. Each call begins at
	 * another port and skips ports that are known to be in use. A few ports are tried at
	 * once, the others in later turns of the loop, so that the loop is not blocked.
	 * @param loop the loop; the caller is on it
	 * @param sockets gives a new channel, registered with the loop
	 * @param remote the target's address
	 * @param done told the connect; if no port is free, the last one's failure;
	 * {@code null} if no socket could be opened. At once unless a port is searched for
	 */
	void connect(Loop loop, Supplier<ChannelFuture> sockets, InetSocketAddress remote,
			Consumer<@Nullable Attempt> done) {
		PortRange range = this.ports;
		if (range == null || range.count() == 1 || remote.isUnresolved()) {
			done.accept(connect(sockets.get(), remote, 0));
			return;
		}
		SourcePorts known = this.inUse.computeIfAbsent(remote, (any) -> new SourcePorts(range.count(), this.clock));
		search(new Search(loop, sockets, remote, known, done), range.count());
	}

	private void search(Search search, int left) {
		for (int i = 0; i < AT_ONCE; i++) {
			int place = search.ports().take(this.turn.getAndIncrement());
			Attempt attempt = connect(search.sockets().get(), search.remote(), Math.max(0, place));
			int others = left - i - 1;
			if (search.loop().answersLater()) {
				search.loop().afterAnswers(() -> {
					if (isToGoOn(search, place, attempt, others)) {
						search(search, others);
					}
				});
				return;
			}
			if (!isToGoOn(search, place, attempt, others)) {
				return;
			}
		}
		search.loop().later(() -> search(search, left - AT_ONCE));
	}

	/**
	 * Takes an attempt, if its port was free.
	 * @return whether to try another port
	 */
	private boolean isToGoOn(Search search, int place, @Nullable Attempt attempt, int others) {
		boolean refused = attempt != null && attempt.isLocalFault();
		if (place >= 0 && refused) {
			search.ports().refused(place);
		}
		else if (place >= 0 && attempt != null) {
			attempt.future().channel().closeFuture().addListener((closed) -> search.ports().free(place));
		}
		else if (place >= 0) {
			search.ports().free(place);
		}
		if (refused && place >= 0 && others > 0) {
			return true;
		}
		search.done().accept((attempt != null && refused) ? attempt.exhausted(this.ports) : attempt);
		return false;
	}

	/**
	 * A search for a free port.
	 *
	 * @param loop the loop
	 * @param sockets gives new channels
	 * @param remote the target's address
	 * @param ports what is known of the range
	 * @param done told the outcome
	 */
	private record Search(Loop loop, Supplier<ChannelFuture> sockets, InetSocketAddress remote, SourcePorts ports,
			Consumer<@Nullable Attempt> done) {
	}

	private @Nullable Attempt connect(ChannelFuture registered, InetSocketAddress remote, int number) {
		if (registered.cause() != null) {
			return null;
		}
		if (remote.isUnresolved()) {
			return new Attempt(registered, null, null);
		}
		InetSocketAddress local = local(number);
		return new Attempt(
				(local != null) ? registered.channel().connect(remote, local) : registered.channel().connect(remote),
				local, null);
	}

	private @Nullable InetSocketAddress local(int number) {
		if (this.address == null && this.ports == null) {
			return null;
		}
		int port = (this.ports != null) ? this.ports.first() + Math.floorMod(number, this.ports.count()) : 0;
		return (this.address != null) ? new InetSocketAddress(this.address, port) : new InetSocketAddress(port);
	}

}
