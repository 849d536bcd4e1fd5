package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.framegate.bench.Scenario.Site;

/**
 * The command lines of HAProxy and nginx, which copy bytes, and their configuration. Each
 * takes as many threads or processes as it takes by itself: one a core.
 */
final class Proxies {

	private Proxies() {
	}

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

	static List<String> nginx(Site site) throws IOException {
		return nginx(site, "", "");
	}

	/**
	 * nginx ending TLS.
	 */
	static List<String> nginxTls(Site site) throws IOException {
		Certificate certificate = Certificate.make(site.directory());
		return nginx(site, "ssl", """
				ssl_certificate %s;
				    ssl_certificate_key %s;
				    ssl_protocols TLSv1.3;
				    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
				    ssl_session_tickets off;""".formatted(certificate.chain(), certificate.key()));
	}

	private static List<String> nginx(Site site, String listen, String tls) throws IOException {
		Path file = site.directory().resolve("nginx.conf");
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
				    listen 127.0.0.1:%d %s backlog=4096;
				    %s
				    tcp_nodelay on;
				    proxy_timeout 1h;
				    proxy_pass 127.0.0.1:%d;
				  }
				}
				""".formatted(Files.exists(module) ? "load_module " + module + ";" : "", site.port(), listen, tls,
				site.upstreamPort()));
		return List.of("nginx", "-p", site.directory().toString(), "-e", "error.log", "-c", file.toString());
	}

}
