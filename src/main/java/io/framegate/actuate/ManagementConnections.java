package io.framegate.actuate;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.NettyPipeline;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Limits the connections of the management server, so that nobody can take the
 * descriptors that routes need. When there is one too many, the peer with the most
 * connections loses its oldest one that waits. The newest connections are spared, because
 * they have not had time to send a request. Any thread may call.
 */
final class ManagementConnections implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

	private static final Logger logger = LoggerFactory.getLogger(ManagementConnections.class);

	private static final String HANDLER = "framegate.management";

	private static final int MIN = 16;

	private static final int MAX = 200;

	/** The part of all descriptors that management may have. */
	private static final int PART = 8;

	/** The part of the limit that the newest, spared connections are. */
	private static final int SPARED_PART = 8;

	private final int limit;

	/** Oldest first. */
	private final Set<ManagementConnection> open = new LinkedHashSet<>();

	ManagementConnections() {
		this(fitting());
	}

	ManagementConnections(int limit) {
		this.limit = limit;
	}

	private static int fitting() {
		long descriptors = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
				? unix.getMaxFileDescriptorCount() : Long.MAX_VALUE;
		return Math.clamp(descriptors / PART, MIN, MAX);
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		factory.addServerCustomizers((server) -> server.doOnChannelInit((observer, channel, remote) -> add(channel)));
	}

	/**
	 * Takes a connection, and closes one if that is one too many.
	 * @param channel the connection's channel
	 */
	void add(Channel channel) {
		String peer = (channel.remoteAddress() instanceof InetSocketAddress address && !address.isUnresolved())
				? Peer.network(address.getAddress().getHostAddress()) : "unknown";
		ManagementConnection connection = new ManagementConnection(channel, peer);
		if (channel.pipeline().get(NettyPipeline.HttpCodec) != null) {
			channel.pipeline().addAfter(NettyPipeline.HttpCodec, HANDLER, connection);
		}
		else {
			// What HTTP is spoken is only known after the TLS handshake.
			channel.pipeline().addFirst(HANDLER, connection);
		}
		ManagementConnection victim = null;
		synchronized (this.open) {
			this.open.add(connection);
			if (this.open.size() > this.limit) {
				victim = victim();
				this.open.remove(victim);
			}
		}
		channel.closeFuture().addListener((closed) -> remove(connection));
		if (victim != null) {
			logger.debug("Closing a management connection of {}: there are {} already", victim.peer(), this.limit);
			victim.close();
		}
	}

	private ManagementConnection victim() {
		int spared = Math.max(1, this.limit / SPARED_PART);
		List<ManagementConnection> older = List.copyOf(this.open).subList(0, this.open.size() - spared);
		Map<String, Integer> counts = new HashMap<>();
		older.forEach((connection) -> counts.merge(connection.peer(), 1, Integer::sum));
		int most = counts.values().stream().max(Comparator.naturalOrder()).orElse(0);
		return older.stream()
			.filter((connection) -> counts.getOrDefault(connection.peer(), 0) == most)
			.min(Comparator.comparing(ManagementConnection::isBusy))
			.orElseThrow();
	}

	private void remove(ManagementConnection connection) {
		synchronized (this.open) {
			this.open.remove(connection);
		}
	}

}
