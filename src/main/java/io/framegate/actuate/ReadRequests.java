package io.framegate.actuate;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.StringUtils;

/**
 * Tells requests that only read from those that may change something. Any thread may
 * call.
 */
public final class ReadRequests {

	private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

	private final String framings;

	private final String frames;

	/**
	 * Knows where bytes may be posted that framings are tried on.
	 * @param basePath the path of the endpoints
	 */
	ReadRequests(String basePath) {
		String base = basePath.equals("/") ? "" : basePath;
		this.framings = base + "/framings";
		this.frames = base + "/frames";
	}

	/**
	 * Whether a request would watch frames.
	 * @param request the request
	 */
	public boolean isTap(ServerHttpRequest request) {
		// As endpoints are found: %66rames is one name of them.
		String path = StringUtils.uriDecode(request.getPath().pathWithinApplication().value(), StandardCharsets.UTF_8);
		return path.equals(this.frames) || path.startsWith(this.frames + "/");
	}

	/**
	 * Whether a request only reads, by its method or its path.
	 * @param request the request
	 */
	public boolean contain(ServerHttpRequest request) {
		return METHODS.contains(request.getMethod()) || (request.getMethod() == HttpMethod.POST
				&& request.getPath().pathWithinApplication().value().equals(this.framings));
	}

}
