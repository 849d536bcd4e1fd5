package io.framegate.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.DigestUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.util.HtmlUtils;

/**
 * The files of the console, kept in memory. They hold nothing about clients, so everybody
 * may load them. Any thread may call.
 */
public final class ConsolePages {

	private static final String FILES = "classpath:console/*";

	private static final String LIBRARY = "classpath*:META-INF/resources/webjars/lit-html/*/";

	/** What the page needs of the library. */
	private static final Set<String> MODULES = Set.of("lit-html.js", "directive.js", "directive-helpers.js",
			"directives/repeat.js");

	private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

	private static final String INDEX = "/";

	private final Map<String, Page> pages = new HashMap<>();

	private volatile boolean enabled;

	/**
	 * Loads the files.
	 * @param basePath the path of the endpoints, which the page asks
	 */
	ConsolePages(String basePath) {
		PathMatchingResourcePatternResolver files = new PathMatchingResourcePatternResolver();
		try {
			for (Resource file : files.getResources(FILES)) {
				String name = Objects.requireNonNull(file.getFilename());
				if (name.equals("index.html")) {
					String endpoints = HtmlUtils.htmlEscape(StringUtils.trimLeadingCharacter(basePath, '/'));
					String index = file.getContentAsString(StandardCharsets.UTF_8);
					add(INDEX, name, index.replace("{endpoints}", endpoints).getBytes(StandardCharsets.UTF_8));
				}
				else {
					add("/console/" + name, name, file.getContentAsByteArray());
				}
			}
			for (String module : MODULES) {
				add("/console/lib/" + module, module, only(files.getResources(LIBRARY + module)));
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException("The console's files cannot be read", ex);
		}
	}

	private static byte[] only(Resource[] found) throws IOException {
		if (found.length != 1) {
			throw new IllegalStateException(
					"The class path must have lit-html once, but has it " + found.length + " times");
		}
		return found[0].getContentAsByteArray();
	}

	private void add(String path, String name, byte[] bytes) {
		MediaType type = MediaTypeFactory.getMediaType(name).orElse(MediaType.APPLICATION_OCTET_STREAM);
		if (type.getType().equals("text") || type.getSubtype().equals("javascript")) {
			type = new MediaType(type, StandardCharsets.UTF_8);
		}
		this.pages.put(path, new Page(bytes, type, '"' + DigestUtils.md5DigestAsHex(bytes) + '"'));
	}

	/**
	 * Switches the console on or off.
	 * @param on whether it is served
	 */
	void enable(boolean on) {
		this.enabled = on;
	}

	/**
	 * Whether a request asks for one of the console's files.
	 * @param request the request
	 */
	public boolean contain(ServerHttpRequest request) {
		return find(request) != null;
	}

	/**
	 * The file that a request asks for.
	 * @param request the request
	 * @return the file, or {@code null} if it is not one of the console's
	 */
	@Nullable Page find(ServerHttpRequest request) {
		return (this.enabled && METHODS.contains(request.getMethod()))
				? this.pages.get(request.getPath().pathWithinApplication().value()) : null;
	}

	/**
	 * How much a browser loads.
	 * @return bytes of all files together
	 */
	int size() {
		return this.pages.values().stream().mapToInt((page) -> page.bytes().length).sum();
	}

	/**
	 * A file.
	 *
	 * @param bytes its content; not to be changed
	 * @param type its type
	 * @param etag changes with its content
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Page(byte[] bytes, MediaType type, String etag) {

	}

}
