package io.framegate.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Lets requests that change something through where the endpoint may be changed by
 * anybody at all, and, as long as nobody has to say who they are, from this machine
 * alone. Runs on the web server's event loops.
 */
final class Levers implements WebFilter {

	private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

	private static final List<String> ENDPOINTS = List.of("routes", "connections", "timeouts");

	/** With one of these, somebody else asks by way of this machine. */
	private static final Set<String> FORWARDED = Set.of("forwarded", "via", "x-real-ip", "x-client-ip",
			"x-cluster-client-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip");

	private static final String FORWARDED_PREFIX = "x-forwarded-";

	private final String basePath;

	private final EndpointAccessResolver access;

	private final boolean credentials;

	private final boolean trusted;

	/**
	 * Makes the filter.
	 * @param basePath where the endpoints are
	 * @param access what may be done with each
	 * @param credentials whether requests have been authorized
	 * @param trusted whether a request's origin is the peer's address for certain, not
	 * one that the web server found in a header
	 */
	Levers(String basePath, EndpointAccessResolver access, boolean credentials, boolean trusted) {
		this.basePath = basePath.equals("/") ? "" : basePath;
		this.access = access;
		this.credentials = credentials;
		this.trusted = trusted;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (READS.contains(request.getMethod())) {
			return chain.filter(exchange);
		}
		String off = endpointThatIsOff(request.getPath().pathWithinApplication().value());
		if (off != null) {
			return Mono.error(Refusal
				.forbidden("Changing anything at '%s' is off: management.endpoint.%s.access=unrestricted turns it on"
					.formatted(off, off)));
		}
		if (!this.credentials && !isFromThisMachine(request)) {
			return Mono.error(Refusal.forbidden("Without credentials, changes are taken from this machine alone "
					+ "(directly, at localhost or a loopback address): declare users under framegate.management.users"));
		}
		return chain.filter(exchange);
	}

	private @Nullable String endpointThatIsOff(String path) {
		for (String id : ENDPOINTS) {
			if (path.startsWith(this.basePath + "/" + id + "/")
					&& this.access.accessFor(EndpointId.of(id), Access.READ_ONLY) != Access.UNRESTRICTED) {
				return id;
			}
		}
		return null;
	}

	/**
	 * Besides the peer's address, the host that was asked for must be this one: a page of
	 * any site can have a browser on this machine ask for its own name, once that name
	 * leads here.
	 */
	private boolean isFromThisMachine(ServerHttpRequest request) {
		InetSocketAddress remote = request.getRemoteAddress();
		InetSocketAddress host = request.getHeaders().getHost();
		return this.trusted && request.getHeaders().headerNames().stream().noneMatch(Levers::tellsOfAProxy)
				&& remote != null && !remote.isUnresolved() && remote.getAddress().isLoopbackAddress() && host != null
				&& isLoopback(host.getHostString());
	}

	private static boolean tellsOfAProxy(String header) {
		String name = header.toLowerCase(Locale.ROOT);
		return name.startsWith(FORWARDED_PREFIX) || FORWARDED.contains(name);
	}

	private static boolean isLoopback(String host) {
		if (host.equalsIgnoreCase("localhost")) {
			return true;
		}
		try {
			return InetAddress.ofLiteral(host.replaceAll("^\\[|]$", "")).isLoopbackAddress();
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
