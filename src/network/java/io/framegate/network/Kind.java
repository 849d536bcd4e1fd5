package io.framegate.network;

import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * The kinds of traffic in the weak network, each a route.
 */
enum Kind {

	SESSION("session", "crlf", "length4", "", Codec.CRLF, Codec.LENGTH4),

	STREAM("session", "stream", "stream", "", Codec.STREAM, Codec.STREAM),

	EXCLUSIVE("request-reply", "length4", "length4", ", sharing: exclusive, pool: {max-wait: 2m}", Codec.LENGTH4,
			Codec.LENGTH4),

	ORDERED("request-reply", "crlf", "length4", ", sharing: ordered", Codec.CRLF, Codec.LENGTH4),

	/** Clients use the same keys, which the gateway rewrites. */
	CORRELATED("request-reply", "length4", "length4",
			", sharing: correlated, correlation: {offset: 0, length: " + Frames.KEY + ", rewrite: true}", Codec.LENGTH4,
			Codec.LENGTH4),

	ONE_WAY("one-way", "length4", "length4", "", Codec.LENGTH4, Codec.LENGTH4);

	private static final int FIRST_PORT = 6000;

	private final String mode;

	private final String inbound;

	private final String upstream;

	private final String more;

	private final Codec clients;

	private final Codec servers;

	Kind(String mode, String inbound, String upstream, String more, Codec clients, Codec servers) {
		this.mode = mode;
		this.inbound = inbound;
		this.upstream = upstream;
		this.more = more;
		this.clients = clients;
		this.servers = servers;
	}

	String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	int port() {
		return FIRST_PORT + ordinal();
	}

	Codec clients() {
		return this.clients;
	}

	Codec servers() {
		return this.servers;
	}

	/**
	 * The route. Its timers are those for a network on which a segment may have to be
	 * sent ten times.
	 */
	String route(InetSocketAddress server) {
		return """
				    %s:
				      mode: %s
				      listen: {port: %d, framing: %s}
				      upstream: {targets: ["%s"], framing: %s%s}
				      timeouts: {connect: 2m, frame: 2m, reply: 2m, write: 2m, drain: 2m}
				""".formatted(label(), this.mode, port(), this.inbound, Network.text(server), this.upstream, this.more);
	}

}
