package io.framegate.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The gateway's namespace in the middle, and a line from it to each of the others:
 * clients, servers, and the edge, where peers vanish. All traffic passes the middle.
 * <p>
 * Packets are dropped where they arrive: a packet that its own kernel refuses to send is
 * not lost, but kept and sent later.
 */
final class Network implements AutoCloseable {

	private final Namespace gateway = Namespace.create("gateway");

	private final Namespace clients = Namespace.create("clients");

	private final Namespace servers = Namespace.create("servers");

	private final Namespace edge = Namespace.create("edge");

	/**
	 * Makes the namespaces.
	 * @param delay of each packet on each line, zero for lines without
	 * @param loss how many of 100 packets are dropped at the end of each line
	 */
	Network(Duration delay, int loss) throws IOException {
		join(this.clients, "clients", 1, delay);
		join(this.servers, "servers", 2, delay);
		join(this.edge, "edge", 3, delay);
		this.gateway.set("net.ipv4.ip_forward", "1");
		for (Namespace namespace : all()) {
			namespace.nft("""
					add table ip lab
					add set ip lab gone { type ipv4_addr; }
					add set ip lab unreachable { type ipv4_addr; }
					add chain ip lab arriving { type filter hook prerouting priority -300; }
					add rule ip lab arriving iif lo accept
					add rule ip lab arriving ip saddr @gone drop
					add rule ip lab arriving ip daddr @gone drop
					add rule ip lab arriving ip saddr @unreachable ip protocol tcp drop
					add counter ip lab arrivals
					add counter ip lab losses
					add rule ip lab arriving counter name arrivals
					""");
			if (loss > 0) {
				namespace.nft("add rule ip lab arriving numgen random mod 100 < " + loss + " counter name losses drop");
			}
		}
		this.edge.nft("add rule ip lab arriving ip daddr @unreachable reject with icmp type host-unreachable");
	}

	private void join(Namespace other, String device, int subnet, Duration delay) throws IOException {
		if (delay.isZero()) {
			this.gateway.ip("link", "add", device, "type", "veth", "peer", "name", "gateway", "netns", other.name());
		}
		else {
			DelayedLine.lay(this.gateway, device, other, "gateway", delay);
		}
		this.gateway.ip("addr", "add", address(subnet, 1) + "/24", "dev", device);
		this.gateway.ip("link", "set", device, "up");
		for (int host = 2; host < 40; host++) {
			other.ip("addr", "add", address(subnet, host) + "/24", "dev", "gateway");
		}
		other.ip("link", "set", "gateway", "up");
		other.ip("route", "add", "default", "via", address(subnet, 1));
	}

	private static String address(int subnet, int host) {
		return "10.217." + subnet + "." + host;
	}

	static String text(InetSocketAddress address) {
		return address.getAddress().getHostAddress() + ":" + address.getPort();
	}

	private List<Namespace> all() {
		return List.of(this.gateway, this.clients, this.servers, this.edge);
	}

	Namespace gateway() {
		return this.gateway;
	}

	Namespace clients() {
		return this.clients;
	}

	Namespace servers() {
		return this.servers;
	}

	Namespace edge() {
		return this.edge;
	}

	/** The gateway as clients see it. */
	InetSocketAddress route(int port) {
		return new InetSocketAddress(address(1, 1), port);
	}

	InetSocketAddress client(int port) {
		return new InetSocketAddress(address(1, 2), port);
	}

	InetSocketAddress server(int port) {
		return new InetSocketAddress(address(2, 2), port);
	}

	InetSocketAddress edge(int host, int port) {
		return new InetSocketAddress(address(3, host), port);
	}

	/**
	 * From now on nothing comes from an address and nothing reaches it; nobody is told.
	 */
	void vanish(InetSocketAddress peer) throws IOException {
		add("gone", peer);
	}

	/**
	 * From now on nothing comes from an address, and a router says that it cannot be
	 * reached.
	 */
	void detach(InetSocketAddress peer) throws IOException {
		add("unreachable", peer);
	}

	private void add(String set, InetSocketAddress peer) throws IOException {
		String element = "add element ip lab " + set + " { " + peer.getAddress().getHostAddress() + " }";
		this.edge.nft(element);
		this.gateway.nft(element);
	}

	/** What was lost, for people. */
	String losses() throws IOException {
		StringBuilder text = new StringBuilder();
		for (Namespace namespace : all()) {
			long packets = count(namespace, "arrivals");
			long dropped = count(namespace, "losses");
			if (packets > 0) {
				text.append("%s: %,d packets arrived, %,d were dropped (%.2f %%)%n".formatted(namespace.name(), packets,
						dropped, 100.0 * dropped / packets));
			}
		}
		return text.toString();
	}

	private static long count(Namespace namespace, String counter) throws IOException {
		String text = namespace.nft("list counter ip lab " + counter);
		return Long.parseLong(text.replaceAll("(?s).*packets (\\d+).*", "$1"));
	}

	@Override
	public void close() throws IOException {
		for (Namespace namespace : all()) {
			namespace.close();
		}
	}

}
