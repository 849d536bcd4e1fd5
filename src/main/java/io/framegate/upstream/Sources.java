package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.route.PortRange;
import io.framegate.route.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * The local addresses that a route's connections come from, where the configuration names
 * them. Any thread may call.
 */
final class Sources {

	private final @Nullable String address;

	private final @Nullable PortRange ports;

	private final AtomicInteger turn;

	Sources(Upstream upstream) {
		this.address = upstream.sourceAddress();
		this.ports = upstream.sourcePort();
		this.turn = new AtomicInteger(
				(this.ports != null) ? ThreadLocalRandom.current().nextInt(this.ports.count()) : 0);
	}

	/**
	 * How many ports there are to try.
	 * @return at least 1
	 */
	int count() {
		return (this.ports != null) ? this.ports.count() : 1;
	}

	/**
	 * Where to begin: at another port each time. Each dial goes through all of them from
	 * there, whatever others draw meanwhile.
	 * @return a number for {@link #get}
	 */
	int first() {
		return this.turn.getAndIncrement();
	}

	/**
	 * An address to connect from.
	 * @param number {@link #first()} or a number after it
	 * @return address and port, port 0 for any; {@code null} where it is the kernel's
	 * choice
	 */
	@Nullable InetSocketAddress get(int number) {
		if (this.address == null && this.ports == null) {
			return null;
		}
		int port = (this.ports != null) ? this.ports.first() + Math.floorMod(number, this.ports.count()) : 0;
		return (this.address != null) ? new InetSocketAddress(this.address, port) : new InetSocketAddress(port);
	}

	/**
	 * An address as people read it in the detail of a failed connect.
	 * @param local the address
	 * @return address and port, what of them was asked for
	 */
	static String text(InetSocketAddress local) {
		String port = "port " + local.getPort();
		return local.getAddress().isAnyLocalAddress() ? port
				: "address " + local.getAddress().getHostAddress() + ((local.getPort() != 0) ? " " + port : "");
	}

}
