package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.netty.channel.uring.IoUring;

/**
 * The rows of the table: what stands between the clients, which always speak
 * {@code crlf}, and the echo upstream. A new one needs a label and a command.
 */
enum Scenario {

	DIRECT("direct", true, (site) -> List.of()),

	HAPROXY("haproxy", true, Proxies::haproxy),

	/** Copies bytes, as HAProxy does. */
	NGINX("nginx", false, Proxies::nginx),

	SPRING_INTEGRATION("spring-integration", true, (site) -> Commands.springIntegration(site, "crlf")),

	SPRING_INTEGRATION_LENGTH4("spring-integration-length4", false,
			(site) -> Commands.springIntegration(site, "length4")),

	CAMEL("camel", false, Commands::camel),

	/** What one would write by hand. */
	NETTY_EPOLL("netty-epoll", false, (site) -> Commands.netty(site, "epoll")),

	NETTY_IO_URING("netty-io_uring", false, (site) -> Commands.netty(site, "io_uring")),

	FRAMEGATE("framegate", true, (site) -> Commands.framegate(site, "session", "framing: crlf")),

	FRAMEGATE_EPOLL("framegate-epoll", false, (site) -> FRAMEGATE.command(site.on("epoll"))),

	FRAMEGATE_IO_URING("framegate-io_uring", false, (site) -> FRAMEGATE.command(site.on("io_uring"))),

	/** What timers cost is the difference. */
	FRAMEGATE_NO_TIMERS("framegate-no-timers", false,
			(site) -> Commands.framegate(site, "session", "framing: crlf", Commands.NO_TIMERS)),

	FRAMEGATE_LENGTH4("framegate-length4", true, (site) -> Commands.framegate(site, "session", "framing: length4")),

	FRAMEGATE_LENGTH2("framegate-length2", false, (site) -> Commands.framegate(site, "session", "framing: length2")),

	/** What declaring costs is the difference to the row before. */
	FRAMEGATE_DECLARED("framegate-length2-declared", false, Commands::framegateDeclared),

	/** What a shape costs is the difference to {@code framegate-length2}. */
	FRAMEGATE_ASCII4("framegate-ascii4", false, (site) -> Commands.framegate(site, "session", "framing: ascii4")),

	FRAMEGATE_BCD("framegate-bcd", false, (site) -> Commands.framegate(site, "session", "framing: bcd")),

	FRAMEGATE_VAP("framegate-vap", false, (site) -> Commands.framegate(site, "session", "framing: vap")),

	FRAMEGATE_BASE24_TCP("framegate-base24-tcp", false,
			(site) -> Commands.framegate(site, "session", "framing: base24-tcp")),

	FRAMEGATE_PROTOBUF("framegate-protobuf", false, (site) -> Commands.framegate(site, "session", "framing: protobuf")),

	FRAMEGATE_NETSTRING("framegate-netstring", false,
			(site) -> Commands.framegate(site, "session", "framing: netstring")),

	FRAMEGATE_MLLP_LENIENT("framegate-mllp-lenient", false,
			(site) -> Commands.framegate(site, "session", "framing: mllp-lenient")),

	FRAMEGATE_JT808("framegate-jt808", false, (site) -> Commands.framegate(site, "session", "framing: jt808")),

	FRAMEGATE_SYSLOG("framegate-syslog", false, (site) -> Commands.framegate(site, "session", "framing: syslog")),

	FRAMEGATE_STREAM("framegate-stream", false, (site) -> Commands.framegate(site, "session", "framing: stream")),

	FRAMEGATE_EXCLUSIVE("framegate-exclusive", false,
			(site) -> Commands.framegate(site, "request-reply",
					"framing: crlf, sharing: exclusive, pool: {max-connections: 50, max-wait: 30s}")),

	/** What a rest between exchanges costs is the difference to the row before. */
	FRAMEGATE_EXCLUSIVE_KEY("framegate-exclusive-key", false,
			(site) -> Commands.framegate(site, "request-reply",
					"framing: crlf, sharing: exclusive, pool: {max-connections: 50, max-wait: 30s},"
							+ " correlation: {offset: 0, length: " + RequestId.LENGTH + "}")),

	FRAMEGATE_ORDERED("framegate-ordered", false,
			(site) -> Commands.framegate(site, "request-reply", "framing: crlf, sharing: ordered")),

	FRAMEGATE_CORRELATED("framegate-correlated", false,
			(site) -> Commands.framegate(site, "request-reply",
					"framing: crlf, sharing: correlated, correlation: {offset: 0, length: " + RequestId.LENGTH + "}")),

	/** The next three end the clients' TLS. */
	HAPROXY_TLS("haproxy-tls", false, Proxies::haproxyTls),

	NGINX_TLS("nginx-tls", false, Proxies::nginxTls),

	FRAMEGATE_TLS("framegate-tls", false, Commands::framegateTls),

	/** What a change costs is the difference to the row without {@code before}. */
	BEFORE_FRAMEGATE("before-framegate", false, (site) -> FRAMEGATE.command(site.ofBefore())),

	BEFORE_LENGTH4("before-framegate-length4", false, (site) -> FRAMEGATE_LENGTH4.command(site.ofBefore())),

	BEFORE_EXCLUSIVE("before-framegate-exclusive", false, (site) -> FRAMEGATE_EXCLUSIVE.command(site.ofBefore())),

	BEFORE_ORDERED("before-framegate-ordered", false, (site) -> FRAMEGATE_ORDERED.command(site.ofBefore())),

	BEFORE_CORRELATED("before-framegate-correlated", false, (site) -> FRAMEGATE_CORRELATED.command(site.ofBefore()));

	private final String label;

	private final boolean usual;

	private final Command command;

	Scenario(String label, boolean usual, Command command) {
		this.label = label;
		this.usual = usual;
		this.command = command;
	}

	static Scenario labelled(String label) {
		return Arrays.stream(values())
			.filter((scenario) -> scenario.label.equals(label))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("bench.only: no scenario '" + label + "'; there are "
					+ Arrays.stream(values()).map(Scenario::label).collect(Collectors.joining(", "))));
	}

	/**
	 * Those that run when none are named.
	 */
	static String usual() {
		return Arrays.stream(values())
			.filter((scenario) -> scenario.usual)
			.map(Scenario::label)
			.collect(Collectors.joining(","));
	}

	String label() {
		return this.label;
	}

	boolean hasProcess() {
		return this != DIRECT;
	}

	boolean isAvailable() {
		return switch (this) {
			case HAPROXY, HAPROXY_TLS -> Commands.isOnPath("haproxy");
			case NGINX, NGINX_TLS -> Commands.isOnPath("nginx");
			case NETTY_IO_URING, FRAMEGATE_IO_URING -> IoUring.isAvailable();
			default -> true;
		};
	}

	/**
	 * Whether clients speak TLS.
	 */
	boolean isTls() {
		return this == HAPROXY_TLS || this == NGINX_TLS || this == FRAMEGATE_TLS;
	}

	/**
	 * Whether replies must come in request order; all but where a key matches them.
	 */
	boolean keepsOrder() {
		return this != FRAMEGATE_CORRELATED && this != BEFORE_CORRELATED;
	}

	List<String> command(Site site) throws IOException {
		return this.command.line(site);
	}

	/**
	 * Where a gateway is to run, and how.
	 *
	 * @param directory its own working directory
	 * @param port the port to listen on, of 127.0.0.1
	 * @param upstreamPort the echo upstream's
	 * @param payload the largest frame that is sent, in bytes
	 * @param jar Framegate's
	 * @param transport Framegate's, empty for what it takes by itself
	 * @param options of the whole run
	 */
	record Site(Path directory, int port, int upstreamPort, int payload, Path jar, String transport,
			BenchmarkOptions options) {

		Site ofBefore() {
			// An earlier one may not know the property.
			return new Site(this.directory, this.port, this.upstreamPort, this.payload, this.options.before(), "",
					this.options);
		}

		Site on(String transport) {
			return new Site(this.directory, this.port, this.upstreamPort, this.payload, this.jar, transport,
					this.options);
		}

	}

	/**
	 * Writes what the gateway needs to its directory and says how to start it.
	 */
	private interface Command {

		List<String> line(Site site) throws IOException;

	}

}
