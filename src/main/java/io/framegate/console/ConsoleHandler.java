package io.framegate.console;

import reactor.core.publisher.Mono;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Serves the console's files. It comes after the endpoints, and before pages of a user's
 * own. Runs on the web server's event loops.
 */
final class ConsoleHandler extends AbstractHandlerMapping {

	/**
	 * A page runs the console's modules, asks the gateway that it came from, and nothing
	 * else. Images are its icon.
	 */
	static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
			+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private static final int AFTER_THE_ENDPOINTS = -90;

	private final ConsolePages pages;

	ConsoleHandler(ConsolePages pages) {
		this.pages = pages;
		setOrder(AFTER_THE_ENDPOINTS);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		ConsolePages.Page page = this.pages.find(exchange.getRequest());
		return (page != null) ? Mono.just((WebHandler) (asked) -> write(page, asked)) : Mono.empty();
	}

	private static Mono<Void> write(ConsolePages.Page page, ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		HttpHeaders headers = response.getHeaders();
		headers.set("Content-Security-Policy", POLICY);
		headers.setCacheControl(CacheControl.noCache());
		if (exchange.checkNotModified(page.etag())) {
			return response.setComplete();
		}
		headers.setContentType(page.type());
		headers.setContentLength(page.bytes().length);
		return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(page.bytes())));
	}

}
