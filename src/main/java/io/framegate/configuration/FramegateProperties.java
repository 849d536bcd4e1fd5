package io.framegate.configuration;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.framegate.framing.FramingDeclaration;
import io.framegate.mask.Mask;
import io.framegate.route.Range;
import io.framegate.route.Route;
import io.framegate.timeout.Timeout;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The gateway's configuration. Read it with {@link ConfigurationReader}; the annotation
 * is there for the metadata that IDEs show.
 * <p>
 * As an environment variable a property is written in capitals, with underscores for the
 * dots, and underscores or nothing for the dashes: {@code
 * FRAMEGATE_ROUTES_CARD_AUTH_LISTEN_MAX_FRAME_SIZE}. A route may be declared by variables
 * alone; the underscores of its name are dashes then. Variables that merely start with
 * the gateway's name, such as those that Kubernetes sets for services, are ignored.
 *
 * @param routes Routes by name, [a-z][a-z0-9-]{0,39}. Each listens on a port and passes
 * frames to its upstream.
 * @param framings Framings by name, [a-z][a-z0-9-]{0,39}, which routes use like the
 * built-in ones.
 * @param masks What is hidden in frames that are shown to operators, besides card
 * numbers.
 * @param defaults what routes inherit
 * @param memory how much of it connections may hold
 * @param transport How event loops wait for sockets: auto, io_uring, epoll or nio. It
 * takes effect at the next start.
 * @param shutdown how the gateway ends
 * @param closures the record of ended connections
 * @param reload how a changed configuration is applied
 * @param demo the built-in demonstration upstream
 * @param console the page on which people look at the gateway
 * @param management who may see and change the gateway over HTTP
 */
@ConfigurationProperties("framegate")
public record FramegateProperties(@DefaultValue Map<String, RouteProperties> routes,
		@DefaultValue Map<String, FramingDeclaration> framings, @DefaultValue List<Mask> masks,
		@DefaultValue Defaults defaults, @DefaultValue Memory memory, @DefaultValue("auto") TransportSetting transport,
		@DefaultValue Shutdown shutdown, @DefaultValue Closures closures, @DefaultValue Reload reload,
		@DefaultValue Demo demo, @DefaultValue Console console, @DefaultValue Management management) {

	public FramegateProperties {
		routes = Collections.unmodifiableMap(new LinkedHashMap<>(routes));
		framings = Collections.unmodifiableMap(new LinkedHashMap<>(framings));
		masks = List.copyOf(masks);
	}

	FramegateProperties with(Map<String, RouteProperties> otherRoutes, Map<String, FramingDeclaration> otherFramings) {
		return new FramegateProperties(otherRoutes, otherFramings, this.masks, this.defaults, this.memory,
				this.transport, this.shutdown, this.closures, this.reload, this.demo, this.console, this.management);
	}

	/**
	 * The routes as the runtime takes them.
	 * @return the routes sorted by name
	 */
	public List<Route> allRoutes() {
		return this.routes.entrySet()
			.stream()
			.map((entry) -> entry.getValue().toRoute(entry.getKey(), this.framings))
			.toList();
	}

	void check(Report at) {
		Report routesReport = at.at("routes");
		this.routes.forEach((name, route) -> route.check(routesReport.at(name)));
		for (int i = 0; i < this.masks.size(); i++) {
			this.masks.get(i).check(at.at("masks").at(Integer.toString(i)), List.copyOf(this.routes.keySet()));
		}
		this.memory.check(at.at("memory"));
		this.management.check(at.at("management"));
	}

	/**
	 * What routes inherit.
	 *
	 * @param timeouts Limits for the timers that a route does not name, 0 for off:
	 * connect, tls-handshake, first-frame, frame, idle, reply, write, drain, max-age.
	 * @param maxFrameSize Largest payload of a frame, 1B to 1GB.
	 */
	public record Defaults(@DefaultValue Map<Timeout, Duration> timeouts, @DefaultValue("64KB") DataSize maxFrameSize) {

		public Defaults {
			timeouts = Map.copyOf(timeouts);
		}

	}

	/**
	 * How much memory connections may hold.
	 *
	 * @param limit Most that partial frames, queued requests, held replies and pending
	 * output of all connections may take: a size, such as 256MB, or a percentage of the
	 * heap or of the direct memory, whichever is less.
	 */
	public record Memory(@DefaultValue("40%") MemoryLimit limit) {

		void check(Report at) {
			String refusal = this.limit.refusal(Runtime.getRuntime().maxMemory());
			if (refusal != null) {
				at.refuse("limit", refusal);
			}
		}

	}

	/**
	 * How the gateway ends.
	 *
	 * @param quietPeriod How long listeners keep accepting after readiness went down, so
	 * that load balancers notice first.
	 */
	public record Shutdown(@DefaultValue("0s") Duration quietPeriod) {

	}

	/**
	 * The record of ended connections.
	 *
	 * @param keep How many ended connections of each route are remembered, 1 to 1000000.
	 */
	public record Closures(@Range(min = 1, max = 1_000_000) @DefaultValue("1000") int keep) {

	}

	/**
	 * How a changed configuration is applied.
	 *
	 * @param watch Whether files are checked once a second and applied when they have
	 * changed. If off, only POST /actuator/routes with the action reload applies them.
	 */
	public record Reload(@DefaultValue("true") boolean watch) {

	}

	/**
	 * The built-in demonstration upstream.
	 *
	 * @param echoPort Port of the built-in echo upstream, which speaks length4 on
	 * 127.0.0.1; 0 for none.
	 */
	public record Demo(@Range(min = 0, max = 65535) @DefaultValue("0") int echoPort) {

	}

	/**
	 * The page on which people look at the gateway.
	 *
	 * @param enabled Whether the console is served, at the root of the server that has
	 * Actuator's endpoints.
	 */
	public record Console(@DefaultValue("true") boolean enabled) {

	}

	/**
	 * Who may see and change the gateway over HTTP.
	 *
	 * @param users Users by name. If no operator is declared, one is generated at the
	 * start and its password logged.
	 * @param metrics Who may read Prometheus' metrics: open (everybody) or read (who may
	 * read the rest).
	 * @param open Whether everybody who reaches the port may read without credentials;
	 * otherwise peers on this machine alone, as long as there are no users.
	 */
	public record Management(@DefaultValue Map<String, UserProperties> users,
			@DefaultValue("open") MetricsAccess metrics, @DefaultValue("false") boolean open) {

		public Management {
			users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
		}

		void check(Report at) {
			Report usersReport = at.at("users");
			this.users.forEach((name, user) -> {
				Report userReport = usersReport.at(name);
				if (name.indexOf(':') >= 0) {
					userReport.refuse("", "a user's name must not contain a colon");
				}
				user.check(userReport);
			});
		}

	}

}
