package io.framegate.actuate;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * The body of an answer that comes little by little, each part sent at once.
 */
abstract class StreamedBody {

	/**
	 * Adds what the parts are.
	 * @param headers the answer's
	 */
	abstract void describe(HttpHeaders headers);

	/**
	 * The parts.
	 * @return subscribed to once, if at all
	 */
	abstract Flux<byte[]> parts();

	/** Nobody wants the parts. */
	abstract void unwanted();

	/**
	 * Answers a request.
	 * @param exchange the request
	 * @return done when the last part is sent
	 */
	final Mono<Void> write(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.OK);
		describe(response.getHeaders());
		if (exchange.getRequest().getMethod() == HttpMethod.HEAD) {
			unwanted();
			return response.setComplete();
		}
		Flux<Publisher<DataBuffer>> flushed = parts().takeUntilOther(gone(exchange.getRequest()))
			.map((part) -> Mono.fromSupplier(() -> response.bufferFactory().wrap(part)));
		return response.writeAndFlushWith(flushed);
	}

	/**
	 * Done when the connection is closed. While an answer begins, that does not cancel
	 * it.
	 */
	private static Mono<Void> gone(ServerHttpRequest request) {
		return (ServerHttpRequestDecorator.getNativeRequest(request) instanceof Connection connection)
				? connection.onDispose() : Mono.never();
	}

}
