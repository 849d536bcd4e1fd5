package io.framegate.actuate;

import java.util.Map;

import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.annotation.Order;
import org.springframework.core.codec.CodecException;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
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
			case ServerWebInputException unreadable when unreadable.getCause() instanceof CodecException ->
				answer(exchange, unreadable.getStatusCode(),
						"The body must be a JSON object of names and texts, such as {\"value\":\"30s\"}");
			case UnsupportedMediaTypeStatusException other ->
				answer(exchange, other.getStatusCode(), other.getReason() + ": send it as application/json");
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
