package io.framegate.actuate;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.EndpointLinksResolver;
import org.springframework.boot.actuate.endpoint.web.EndpointMapping;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.webflux.actuate.endpoint.web.WebFluxEndpointHandlerMapping;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;

/**
 * Spring Boot's endpoints, but path variables win: Spring Boot would let a query
 * parameter or a field of the body with the same name override them.
 */
final class PathBoundEndpoints extends WebFluxEndpointHandlerMapping {

	private static final int SCRAPES_AT_ONCE = 2;

	/** Requests that need no credentials must not use up the routes' CPU. */
	private final Turnstile scrapes = new Turnstile(SCRAPES_AT_ONCE);

	PathBoundEndpoints(EndpointMapping mapping, Collection<ExposableWebEndpoint> endpoints, EndpointMediaTypes types,
			@Nullable CorsConfiguration cors, EndpointLinksResolver links, boolean showLinks) {
		super(mapping, endpoints, types, cors, links, showLinks);
	}

	@Override
	protected ReactiveWebOperation wrapReactiveWebOperation(ExposableWebEndpoint endpoint, WebOperation operation,
			ReactiveWebOperation wrapped) {
		boolean scrape = endpoint.getEndpointId().equals(EndpointId.of("prometheus"));
		return (exchange, body) -> {
			Map<String, ?> path = exchange.getAttributeOrDefault(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE,
					Map.of());
			ServerWebExchange stripped = without(path.keySet(), exchange);
			return scrape ? this.scrapes.pass(Mono.defer(() -> wrapped.handle(stripped, body)))
					: streamed(exchange, wrapped.handle(stripped, without(path.keySet(), body)));
		};
	}

	/**
	 * Spring Boot would collect what comes little by little.
	 */
	private static Mono<ResponseEntity<Object>> streamed(ServerWebExchange exchange,
			Mono<ResponseEntity<Object>> answer) {
		return answer.flatMap((entity) -> (entity.getBody() instanceof StreamedBody body)
				? body.write(exchange).then(Mono.empty()) : Mono.just(entity));
	}

	private static @Nullable Map<String, String> without(Set<String> names, @Nullable Map<String, String> body) {
		if (body == null) {
			return null;
		}
		Map<String, String> rest = new HashMap<>(body);
		rest.keySet().removeAll(names);
		return rest;
	}

	private static ServerWebExchange without(Set<String> names, ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		MultiValueMap<String, String> parameters = request.getQueryParams();
		if (names.stream().noneMatch(parameters::containsKey)) {
			return exchange;
		}
		MultiValueMap<String, String> rest = new LinkedMultiValueMap<>(parameters);
		rest.keySet().removeAll(names);
		return exchange.mutate().request(new ServerHttpRequestDecorator(request) {

			@Override
			public MultiValueMap<String, String> getQueryParams() {
				return rest;
			}
		}).build();
	}

}
