package io.framegate.security;

import java.util.List;

import io.framegate.actuate.ReadRequests;
import io.framegate.actuate.RejectedRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Answers requests for changes, and for frames, that are switched off, and says how to
 * switch them on. Runs on the web server's event loops.
 */
final class WriteAccessFilter implements WebFilter {

	private static final List<String> ENDPOINTS = List.of("routes", "targets", "connections", "timeouts");

	/** A browser sends its Basic credentials even then. */
	private static final String CROSS_SITE = "cross-site";

	private final String basePath;

	private final EndpointAccessResolver access;

	private final ReadRequests reads;

	/**
	 * Makes the filter.
	 * @param basePath the path of the endpoints
	 * @param access the access allowed to each
	 * @param reads requests that change nothing
	 */
	WriteAccessFilter(String basePath, EndpointAccessResolver access, ReadRequests reads) {
		this.reads = reads;
		this.basePath = basePath.equals("/") ? "" : basePath;
		this.access = access;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (this.reads.isTap(request)) {
			if (this.access.accessFor(EndpointId.of("frames"), Access.NONE) == Access.NONE) {
				return Mono.error(RejectedRequest
					.forbidden("The frame tap is off: management.endpoint.frames.access=read-only turns it on"));
			}
			if (CROSS_SITE.equals(request.getHeaders().getFirst("Sec-Fetch-Site"))) {
				return Mono.error(RejectedRequest.forbidden("A page of another site must not open a frame tap"));
			}
		}
		String off = this.reads.contain(request) ? null
				: endpointThatIsOff(request.getPath().pathWithinApplication().value());
		return (off == null) ? chain.filter(exchange)
				: Mono.error(RejectedRequest
					.forbidden("Changes at '%s' are disabled: management.endpoint.%s.access=unrestricted enables them"
						.formatted(off, off)));
	}

	private @Nullable String endpointThatIsOff(String path) {
		for (String id : ENDPOINTS) {
			if ((path + "/").startsWith(this.basePath + "/" + id + "/")
					&& this.access.accessFor(EndpointId.of(id), Access.READ_ONLY) != Access.UNRESTRICTED) {
				return id;
			}
		}
		return null;
	}

}
