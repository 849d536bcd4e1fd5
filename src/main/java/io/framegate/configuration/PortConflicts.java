package io.framegate.configuration;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds listeners on the same port.
 */
final class PortConflicts {

	private PortConflicts() {
	}

	static void check(FramegateProperties properties, Report at) {
		List<Listener> listeners = new ArrayList<>();
		listeners.add(new Listener("framegate.demo.echo-port", "127.0.0.1", properties.demo().echoPort()));
		properties.routes().forEach((name, route) -> {
			Listener listener = new Listener("route '" + name + "'", route.listen().address(), route.listen().port());
			listeners.stream()
				.filter(listener::clashesWith)
				.findFirst()
				.ifPresent((other) -> at.at("routes")
					.at(name)
					.at("listen")
					.refuse("port", "is taken by %s on address %s".formatted(other.owner(), other.address())));
			listeners.add(listener);
		});
	}

	private record Listener(String owner, String address, int port) {

		boolean clashesWith(Listener other) {
			return this.port != 0 && this.port == other.port
					&& (isWildcard() || other.isWildcard() || canonical().equals(other.canonical()));
		}

		private boolean isWildcard() {
			return canonical() instanceof InetAddress literal && literal.isAnyLocalAddress();
		}

		private Object canonical() {
			try {
				return InetAddress.ofLiteral(this.address);
			}
			catch (IllegalArgumentException ex) {
				// a host name: not resolved here, because that may take long
				return this.address.toLowerCase(Locale.ROOT);
			}
		}

	}

}
