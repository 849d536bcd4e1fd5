package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.framegate.Framegate;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.lifecycle.ConfigurationReloader;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.security.ConfiguredUsers;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * A gateway under test: the whole application in this JVM, on free ports.
 */
public final class Gateway implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final JsonMapper JSON = new JsonMapper();

	private final ConfigurableApplicationContext context;

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

	private Gateway(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Starts a gateway that knows nothing but these properties.
	 * @param properties each as {@code name=value}
	 * @return the gateway, listening
	 */
	public static Gateway start(String... properties) {
		return start(List.of(), properties);
	}

	/**
	 * Starts a gateway with beans of a user's own.
	 * @param configurations their classes
	 * @param properties each as {@code name=value}
	 * @return the gateway, listening
	 */
	public static Gateway start(List<Class<?>> configurations, String... properties) {
		return start("classpath:/application.yml", configurations, properties);
	}

	/**
	 * Starts a gateway with a file of configuration.
	 * @param file a path from the project's directory
	 * @param properties each as {@code name=value}; they win over the file
	 * @return the gateway, listening
	 */
	public static Gateway start(Path file, String... properties) {
		return start("classpath:/application.yml,file:" + file, List.of(), properties);
	}

	/**
	 * Starts a gateway that reads its configuration where it is told.
	 * @param locations as in {@code spring.config.location}
	 * @param properties each as {@code name=value}
	 * @return the gateway, listening
	 */
	public static Gateway startAt(String locations, String... properties) {
		return start(locations, List.of(), properties);
	}

	/**
	 * Starts a gateway that reads its configuration where it is told, with beans of a
	 * user's own.
	 * @param locations as in {@code spring.config.location}
	 * @param configurations their classes
	 * @param properties each as {@code name=value}
	 * @return the gateway, listening
	 */
	public static Gateway startAt(String locations, List<Class<?>> configurations, String... properties) {
		return start(locations, configurations, properties);
	}

	private static Gateway start(String location, List<Class<?>> configurations, String[] properties) {
		List<Class<?>> sources = new ArrayList<>(List.of(Framegate.class));
		sources.addAll(configurations);
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.config.location=" + location,
				"--spring.main.register-shutdown-hook=false", "--logging.level.root=warn",
				"--logging.level.io.framegate.closure=warn"));
		Stream.of(properties).map((property) -> "--" + property).forEach(arguments::add);
		return new Gateway(
				new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).run(arguments.toArray(String[]::new)));
	}

	/**
	 * The properties of a route on a free loopback port.
	 * @param name the route's name
	 * @param inbound its inbound framing
	 * @param upstream its upstream's framing
	 * @param targets its targets, comma-separated
	 * @param more further or other properties, each without
	 * {@code framegate.routes.<name>.}
	 * @return properties for {@link #start}
	 */
	public static String[] route(String name, String inbound, String upstream, String targets, String... more) {
		Map<String, String> properties = new LinkedHashMap<>();
		Stream
			.concat(Stream.of("listen.port=0", "listen.address=127.0.0.1", "listen.framing=" + inbound,
					"upstream.framing=" + upstream, "upstream.targets=" + targets), Stream.of(more))
			.forEach((property) -> properties.put(property.substring(0, property.indexOf('=')), property));
		return properties.values()
			.stream()
			.map((property) -> "framegate.routes." + name + "." + property)
			.toArray(String[]::new);
	}

	/**
	 * Properties put together.
	 * @param parts properties of several routes
	 * @return all of them
	 */
	public static String[] all(String[]... parts) {
		return Stream.of(parts).flatMap(Stream::of).toArray(String[]::new);
	}

	/**
	 * Makes these the gateway's routes, besides those that it was started with, by a
	 * reload: tests that share a gateway each state the routes that they need.
	 * @param routes the routes; those of the call before are drained and removed
	 */
	public void configure(RouteSpec... routes) {
		Map<String, Object> properties = new LinkedHashMap<>();
		Stream.of(routes)
			.flatMap(RouteSpec::properties)
			.map((property) -> property.split("=", 2))
			.forEach((property) -> properties.put(property[0], property[1]));
		this.context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("a test's", properties));
		ConfigurationReloader.Outcome outcome = bean(ConfigurationReloader.class).reload();
		if (outcome.error() != null) {
			throw new AssertionError(outcome.error());
		}
	}

	/**
	 * Connects a client to the only route that the gateway then has, besides those that
	 * it was started with.
	 * @param route the route
	 * @return the client
	 */
	public TestClient connect(RouteSpec route) {
		configure(route);
		return connect(route.name());
	}

	public int port(String route) {
		return route(route).port();
	}

	public RunningRoute route(String name) {
		return this.context.getBean(Routes.class).find(name).orElseThrow();
	}

	public TestClient connect(String route) {
		return TestClient.connect(port(route));
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public List<FrameConnection> connections(String route) {
		return bean(ConnectionRegistry.class).all()
			.stream()
			.filter((connection) -> connection.route().equals(route))
			.toList();
	}

	/**
	 * The state of a target as operators see it.
	 * @param route the route's name
	 * @param target the target's index
	 * @return {@code UP}, {@code DOWN}, {@code EJECTED} or {@code UNKNOWN}
	 */
	public String targetState(String route, int target) {
		return get("/actuator/routes/" + route).at("/targets/" + target + "/state").asString();
	}

	/**
	 * The connections to a target as operators see them.
	 * @param route the route's name
	 * @param target the target's index
	 * @return how many there are
	 */
	public int targetConnections(String route, int target) {
		return get("/actuator/routes/" + route).at("/targets/" + target + "/connections").asInt();
	}

	/**
	 * Waits until a route has no connection left.
	 * @param route the route's name
	 */
	public void awaitNoConnections(String route) {
		await("no connections of " + route, () -> connections(route).isEmpty() ? Optional.of(true) : Optional.empty());
	}

	/**
	 * Waits for the record of an ended connection.
	 * @param route the route's name
	 * @param side its side
	 * @return the newest record
	 */
	public Closure awaitClosure(String route, Side side) {
		return await("a closure of " + route + " " + side,
				() -> closures(route).stream().filter((closure) -> closure.side() == side).findFirst());
	}

	/**
	 * Waits for the record of a client's connection, where others ended before it.
	 * @param route the route's name
	 * @param client the client
	 * @return the record
	 */
	public Closure awaitClosure(String route, TestClient client) {
		String remote = "127.0.0.1:" + client.localPort();
		return await("a closure of " + route + " " + remote,
				() -> closures(route).stream().filter((closure) -> closure.remote().equals(remote)).findFirst());
	}

	public List<Closure> closures(String route) {
		return bean(ClosureLog.class).newest((closure) -> closure.route().equals(route), 100_000);
	}

	/**
	 * Waits for something to be there.
	 * @param <T> what
	 * @param what its name, for the failure
	 * @param look looks for it
	 * @return what was found
	 */
	public static <T> T await(String what, Supplier<Optional<T>> look) {
		return Awaitility.await(what)
			// Another test's thread is no reason to fail.
			.dontCatchUncaughtExceptions()
			.atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(5))
			.until(look::get, Optional::isPresent)
			.orElseThrow();
	}

	public int httpPort() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * Gets JSON.
	 * @param path the path and query
	 * @return the body
	 */
	public JsonNode get(String path) {
		HttpResponse<String> response = exchange("GET", path, null);
		if (response.statusCode() != 200) {
			throw new AssertionError("GET " + path + ": " + response.statusCode() + " " + response.body());
		}
		return JSON.readTree(response.body());
	}

	public String text(String path) {
		return exchange("GET", path, null).body();
	}

	/**
	 * Sends an HTTP request as the operator whose password the gateway has made up.
	 * @param method its method
	 * @param path the path and query
	 * @param json its body, or {@code null}
	 * @return the response
	 */
	public HttpResponse<String> operate(String method, String path, String json) {
		return exchange(method, path, json, operator());
	}

	/**
	 * The credentials of the operator whose password the gateway has made up.
	 * @return a header's name and value
	 */
	public String[] operator() {
		String credentials = "operator:" + bean(ConfiguredUsers.class).generatedPassword();
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) };
	}

	/**
	 * Sends an HTTP request.
	 * @param method its method
	 * @param path the path and query
	 * @param json its body, or {@code null}
	 * @param headers names and values in turn
	 * @return the response
	 */
	public HttpResponse<String> exchange(String method, String path, String json, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path))
			.timeout(LIMIT)
			.method(method,
					(json != null) ? HttpRequest.BodyPublishers.ofString(json) : HttpRequest.BodyPublishers.noBody());
		if (json != null) {
			request.header("Content-Type", "application/json");
		}
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A counter or gauge as Prometheus gets it.
	 * @param series name and tags as written there
	 * @return its value, 0 where it is missing
	 */
	public double metric(String series) {
		return text("/actuator/prometheus").lines()
			.filter((line) -> line.startsWith(series + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
			.findFirst()
			.orElse(0);
	}

	@Override
	public void close() {
		this.http.close();
		this.context.close();
	}

}
