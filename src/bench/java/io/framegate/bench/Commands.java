package io.framegate.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.framegate.bench.Scenario.Site;
import io.framegate.timeout.Timeout;

/**
 * The command lines of the gateways, and their configuration.
 */
final class Commands {

	/** Every timer off, as inline YAML. */
	static final String NO_TIMERS = Arrays.stream(Timeout.values())
		.map((timer) -> timer.label() + ": 0")
		.collect(Collectors.joining(", "));

	private Commands() {
	}

	/**
	 * HAProxy copying bytes, with as many threads as it takes by itself: one a core.
	 */
	static List<String> haproxy(Site site) throws IOException {
		return haproxy(site, "", "");
	}

	/**
	 * HAProxy ending TLS.
	 */
	static List<String> haproxyTls(Site site) throws IOException {
		return haproxy(site, """
				global
				  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
				  tune.ssl.cachesize 0
				""",
				"ssl crt %s ssl-min-ver TLSv1.3 no-tls-tickets".formatted(Certificate.make(site.directory()).both()));
	}

	private static List<String> haproxy(Site site, String global, String bind) throws IOException {
		Path file = site.directory().resolve("haproxy.cfg");
		Files.writeString(file, global + """
				defaults
				  mode tcp
				  timeout connect 5s
				  timeout client 1h
				  timeout server 1h
				frontend bench
				  bind 127.0.0.1:%d %s
				  default_backend echo
				backend echo
				  server echo 127.0.0.1:%d
				""".formatted(site.port(), bind, site.upstreamPort()));
		return List.of("haproxy", "-db", "-f", file.toString());
	}

	/**
	 * nginx ending TLS, with a process a core.
	 */
	static List<String> nginxTls(Site site) throws IOException {
		Path file = site.directory().resolve("nginx.conf");
		Certificate certificate = Certificate.make(site.directory());
		Path module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
		Files.writeString(file, """
				%s
				daemon off;
				worker_processes auto;
				pid nginx.pid;
				error_log error.log;
				events { worker_connections 20000; }
				stream {
				  server {
				    listen 127.0.0.1:%d ssl backlog=1024;
				    ssl_certificate %s;
				    ssl_certificate_key %s;
				    ssl_protocols TLSv1.3;
				    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
				    ssl_session_tickets off;
				    tcp_nodelay on;
				    proxy_timeout 1h;
				    proxy_pass 127.0.0.1:%d;
				  }
				}
				""".formatted(Files.exists(module) ? "load_module " + module + ";" : "", site.port(),
				certificate.chain(), certificate.key(), site.upstreamPort()));
		return List.of("nginx", "-p", site.directory().toString(), "-e", "error.log", "-c", file.toString());
	}

	/**
	 * Framegate ending TLS.
	 */
	static List<String> framegateTls(Site site) throws IOException {
		Certificate certificate = Certificate.make(site.directory());
		List<String> command = framegate(site, "session", "framing: crlf");
		Path file = site.directory().resolve("application.yml");
		Files.writeString(file,
				Files.readString(file).replace("framing: crlf, max", "framing: crlf, tls: {bundle: bench}, max") + """
						spring:
						  ssl:
						    bundle:
						      pem:
						        bench:
						          keystore: {certificate: "file:%s", private-key: "file:%s"}
						          options: {enabled-protocols: [TLSv1.3], ciphers: [TLS_AES_128_GCM_SHA256]}
						""".formatted(certificate.chain(), certificate.key()));
		return command;
	}

	/**
	 * Framegate with a declared framing that means {@code length2}.
	 */
	static List<String> framegateDeclared(Site site) throws IOException {
		List<String> command = framegate(site, "session", "framing: declared");
		Files.writeString(site.directory().resolve("application.yml"), """
				  framings:
				    declared: {length-field-length: 2}
				""", StandardOpenOption.APPEND);
		return command;
	}

	static List<String> springIntegration(Site site, String upstreamFraming) {
		return java(site, "-cp", System.getProperty("java.class.path"), SpringIntegrationGateway.class.getName(),
				String.valueOf(site.port()), String.valueOf(site.upstreamPort()), upstreamFraming,
				String.valueOf(site.options().payload()));
	}

	/**
	 * Framegate's own jar, its configuration in its working directory.
	 * @param upstream further keys of {@code upstream}, as inline YAML
	 */
	static List<String> framegate(Site site, String mode, String upstream) throws IOException {
		return framegate(site, mode, upstream, "");
	}

	/**
	 * The same with timeouts of its own.
	 * @param timeouts keys of {@code timeouts}, as inline YAML
	 */
	static List<String> framegate(Site site, String mode, String upstream, String timeouts) throws IOException {
		Path jar = site.options().jar();
		if (!Files.isRegularFile(jar)) {
			throw new IOException("No " + jar + ": run ./mvnw -Pbench verify, or set bench.jar");
		}
		// A stream is one on both sides.
		String inbound = upstream.contains("stream") ? "stream" : "crlf";
		int frame = Math.max(64 * 1024, site.options().payload());
		Files.writeString(site.directory().resolve("application.yml"), """
				server: {port: 0}
				framegate:
				  routes:
				    bench:
				      mode: %s
				      listen: {port: %d, address: 127.0.0.1, framing: %s, max-frame-size: %dB}
				      upstream: {targets: ["127.0.0.1:%d"], max-frame-size: %dB, %s}
				      timeouts: {%s}
				""".formatted(mode, site.port(), inbound, frame, site.upstreamPort(), frame, upstream, timeouts));
		return java(site, "-jar", jar.toString());
	}

	static boolean isOnPath(String program) {
		return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, program)));
	}

	private static List<String> java(Site site, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(site.options().javaOptions());
		command.addAll(List.of(arguments));
		return command;
	}

}
