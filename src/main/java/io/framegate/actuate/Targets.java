package io.framegate.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import io.framegate.connection.Connections;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Side;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.route.Target;

/**
 * What is known of routes' upstream servers. Any thread may call.
 */
final class Targets {

	private final Connections connections;

	Targets(Connections connections) {
		this.connections = connections;
	}

	List<View> of(RunningRoute route) {
		List<FrameConnection> upstream = this.connections.all()
			.stream()
			.filter((connection) -> connection.side() == Side.UPSTREAM && connection.route().equals(route.name()))
			.toList();
		return route.route()
			.upstream()
			.targets()
			.stream()
			.map((target) -> new View(target.toString(), State.UNKNOWN,
					upstream.stream().filter((connection) -> leadsTo(target, connection.remote())).count()))
			.toList();
	}

	private static boolean leadsTo(Target target, InetSocketAddress remote) {
		return remote.getPort() == target.port() && (remote.getHostString().equalsIgnoreCase(target.host())
				|| (!remote.isUnresolved() && isLiteral(target.host(), remote.getAddress())));
	}

	private static boolean isLiteral(String host, InetAddress address) {
		try {
			return InetAddress.ofLiteral(host).equals(address);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/** Whether a target takes connections. */
	enum State {

		/** It does. */
		UP,

		/** It does not. */
		DOWN,

		/** Nobody has looked. */
		UNKNOWN

	}

	/**
	 * A target as the endpoint shows it.
	 *
	 * @param address host and port
	 * @param state whether it takes connections
	 * @param connections connections to it, those being made included
	 */
	record View(String address, State state, long connections) {

	}

}
