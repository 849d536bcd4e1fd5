package io.framegate.actuate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.annotation.Order;
import org.springframework.core.codec.CodecException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Answers refused requests with problem details (RFC 9457), before Spring Boot's own
 * handler would answer without the message. Records those that would have changed
 * something. Runs on the web server's event loops.
 */
@Order(-2)
final class RejectedRequestHandler implements WebExceptionHandler {

	private static final String BASIC = "Basic ";

	private final JsonMapper json = new JsonMapper();

	private final AuditTrail audit;

	private final ReadRequests reads;

	RejectedRequestHandler(AuditTrail audit, ReadRequests reads) {
		this.audit = audit;
		this.reads = reads;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable fault) {
		return switch (fault) {
			case RejectedRequest refusal ->
				answer(exchange, HttpStatusCode.valueOf(refusal.status()), String.valueOf(refusal.getMessage()));
			case ServerWebInputException unreadable when unreadable.getCause() instanceof CodecException ->
				answer(exchange, unreadable.getStatusCode(),
						"The body must be a JSON object of names and texts, such as {\"value\":\"30s\"}");
			case UnsupportedMediaTypeStatusException other ->
				answer(exchange, other.getStatusCode(), other.getReason() + ": send it as application/json");
			case MethodNotAllowedException other -> {
				exchange.getResponse().getHeaders().setAllow(other.getSupportedMethods());
				yield answer(exchange, other.getStatusCode(),
						"Method %s is not allowed here: use %s".formatted(other.getHttpMethod(),
								other.getSupportedMethods()
									.stream()
									.map(HttpMethod::name)
									.sorted()
									.collect(Collectors.joining(", "))));
			}
			case ResponseStatusException large when large.getStatusCode() == HttpStatus.CONTENT_TOO_LARGE ->
				answer(exchange, large.getStatusCode(),
						"The body is too long: expected an action, a value, or a dump of bytes in 256 KB");
			case ResponseStatusException refused when refused.getStatusCode().is4xxClientError() ->
				answer(exchange, refused.getStatusCode(), (refused.getReason() != null) ? refused.getReason()
						: "Nothing found at " + exchange.getRequest().getPath().value());
			default -> {
				note(exchange, HttpStatus.INTERNAL_SERVER_ERROR, String.valueOf(fault.getMessage()));
				yield Mono.error(fault);
			}
		};
	}

	private Mono<Void> answer(ServerWebExchange exchange, HttpStatusCode status, String message) {
		ServerHttpResponse response = exchange.getResponse();
		note(exchange, status, message);
		if (response.isCommitted()) {
			return Mono.empty();
		}
		response.setStatusCode(status);
		response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		Map<String, Object> problem = new LinkedHashMap<>();
		HttpStatus known = HttpStatus.resolve(status.value());
		problem.put("title", (known != null) ? known.getReasonPhrase() : "Refused");
		problem.put("status", status.value());
		problem.put("detail", message);
		byte[] body = this.json.writeValueAsBytes(problem);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	private void note(ServerWebExchange exchange, HttpStatusCode status, String message) {
		ServerHttpRequest request = exchange.getRequest();
		Caller caller = Caller.of(exchange);
		String attempted = (caller != null) ? null
				: attemptedName(request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION));
		if (caller == null && attempted == null && status.isSameCodeAs(HttpStatus.UNAUTHORIZED)) {
			attempted = Caller.claimed(exchange);
		}
		String remote = Peer.address(request);
		Map<String, String> asked = Map.of("method", request.getMethod().name(), "path", request.getPath().value());
		if (attempted != null) {
			this.audit.loginFailed(attempted, remote, asked, status.value(), message);
		}
		else if (!this.reads.contain(request)) {
			this.audit.refused("CHANGE_REFUSED", caller, remote, asked, status.value(), message);
		}
		else if (this.reads.isTap(request)) {
			this.audit.refused("TAP_REFUSED", caller, remote, asked, status.value(), message);
		}
	}

	/**
	 * The name in credentials that were not accepted.
	 * @param credentials the header
	 * @return the name, or {@code null} if there are no credentials
	 */
	private static @Nullable String attemptedName(@Nullable String credentials) {
		if (credentials == null || !credentials.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
			return (credentials != null) ? "a token" : null;
		}
		try {
			String decoded = new String(Base64.getDecoder().decode(credentials.substring(BASIC.length()).strip()),
					StandardCharsets.UTF_8);
			int colon = decoded.indexOf(':');
			return (colon >= 0) ? decoded.substring(0, colon) : decoded;
		}
		catch (IllegalArgumentException ex) {
			return "unreadable";
		}
	}

}
