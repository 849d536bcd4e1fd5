package io.framegate.actuate;

import java.util.Map;

import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Answers requests that are refused with {@code {"message": "…"}}, before Spring Boot's
 * own handler would answer without the message. Runs on the web server's event loops.
 */
@Order(-2)
final class RefusalHandler implements WebExceptionHandler {

	private final JsonMapper json = new JsonMapper();

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable fault) {
		return switch (fault) {
			case Refusal refusal ->
				answer(exchange, HttpStatusCode.valueOf(refusal.status()), String.valueOf(refusal.getMessage()));
			case ResponseStatusException refused when refused.getStatusCode().is4xxClientError()
					&& refused.getReason() != null ->
				answer(exchange, refused.getStatusCode(), refused.getReason());
			default -> Mono.error(fault);
		};
	}

	private Mono<Void> answer(ServerWebExchange exchange, HttpStatusCode status, String message) {
		ServerHttpResponse response = exchange.getResponse();
		if (response.isCommitted()) {
			return Mono.empty();
		}
		response.setStatusCode(status);
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		byte[] body = this.json.writeValueAsBytes(Map.of("message", message));
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

}
