package io.framegate.actuate;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.framegate.testkit.Gateway;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fuzz target of the management endpoints: their paths, query parameters and JSON, by
 * an operator who may do everything. It asks the application's HTTP handler, without
 * sockets. Each request is answered soon, shortly, as JSON, and never as an error of the
 * server. {@code ./mvnw -Pfuzz test} runs it under Jazzer.
 * <p>
 * An input's first byte is the operation, {@code a} the first of {@link #OPERATIONS}; up
 * to the first line feed follows what its path goes on with, query included; the rest is
 * the body.
 */
public final class ManagementFuzz implements AutoCloseable {

	private static final List<String> OPERATIONS = List.of("GET routes/", "POST routes/t", "POST routes",
			"GET connections", "DELETE connections/", "GET closures", "GET timeouts/", "POST timeouts/t/",
			"DELETE timeouts/t/", "GET health/", "GET metrics/", "GET auditevents", "GET ", "PUT timeouts/t/idle");

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final int MAX_ANSWER_BYTES = 1024 * 1024;

	private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 40_000);

	private final Gateway gateway;

	private final HttpHandler handler;

	private final String[] operator;

	public ManagementFuzz() {
		this.gateway = Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"), new String[] {
				"management.endpoint.routes.access=unrestricted", "management.endpoint.connections.access=unrestricted",
				"management.endpoint.timeouts.access=unrestricted", "logging.level.io.framegate.audit=error" }));
		this.handler = WebHttpHandlerBuilder.applicationContext(this.gateway.context()).build();
		this.operator = this.gateway.operator();
	}

	/**
	 * Called by the fuzzer.
	 * @param input any bytes
	 */
	public void test(byte[] input) {
		if (input.length == 0) {
			return;
		}
		String[] operation = OPERATIONS.get(Math.floorMod(input[0] - 'a', OPERATIONS.size())).split(" ", -1);
		int line = 1;
		while (line < input.length && input[line] != '\n') {
			line++;
		}
		String more = new String(input, 1, line - 1, StandardCharsets.UTF_8);
		byte[] body = Arrays.copyOfRange(input, Math.min(line + 1, input.length), input.length);
		MockServerHttpRequest.BodyBuilder request = MockServerHttpRequest
			.method(HttpMethod.valueOf(operation[0]), uri("/actuator/" + operation[1] + more))
			.remoteAddress(PEER)
			.header(this.operator[0], this.operator[1]);
		MockServerHttpResponse response = new MockServerHttpResponse();
		this.handler
			.handle((body.length > 0)
					? request.contentType(MediaType.APPLICATION_JSON).body(new String(body, StandardCharsets.UTF_8))
					: request.build(), response)
			.block(LIMIT);
		check(response);
	}

	private static URI uri(String target) {
		int query = target.indexOf('?');
		try {
			return new URI(null, null, (query < 0) ? target : target.substring(0, query),
					(query < 0) ? null : target.substring(query + 1), null);
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException("The parts were quoted", ex);
		}
	}

	private static void check(MockServerHttpResponse response) {
		assertThat(response.getStatusCode()).isNotNull();
		int status = response.getStatusCode().value();
		String answer = response.getBodyAsString().block(LIMIT);
		// Health is 503 where it is down.
		assertThat(status).as(answer).matches((code) -> code < 500 || code == 503);
		if (answer == null || answer.isEmpty()) {
			return;
		}
		assertThat(answer.length()).isLessThan(MAX_ANSWER_BYTES);
		MediaType type = response.getHeaders().getContentType();
		assertThat(type).as(answer).isNotNull();
		if (type.getSubtype().endsWith("json")) {
			assertThat(JsonMapper.shared().readTree(answer).isContainer()).isTrue();
		}
		if (status >= 400 && status < 500) {
			assertThat(type).as(answer).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		}
	}

	@Override
	public void close() {
		this.gateway.close();
	}

}
