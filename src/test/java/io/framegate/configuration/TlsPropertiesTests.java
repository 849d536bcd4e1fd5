package io.framegate.configuration;

import java.util.List;
import java.util.Map;

import io.framegate.route.Listen;
import io.framegate.route.Route;
import io.framegate.route.Upstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The settings of TLS, and what is wrong with them.
 */
class TlsPropertiesTests {

	private static final String BUNDLES = """
			spring.ssl.bundle:
			  pem:
			    edge: {keystore: {certificate: a, private-key: b}}
			    modern: {keystore: {certificate: a, private-key: b}}
			    trust: {truststore: {certificate: c}}
			  jks:
			    old: {keystore: {location: d}}
			""";

	private static TestConfiguration route(String yaml) {
		return TestConfiguration.route("orders")
			.yaml(BUNDLES)
			.yaml("framegate.routes.orders:\n" + yaml.replace("|", "\n").indent(2));
	}

	@Test
	void everythingIsRead() {
		Route route = route("""
				listen.tls:
				  bundle: edge
				  client-auth: want
				  sni: {a.example.com: modern, '[*.example.com]': old, localhost: edge}
				  allow-subjects: ['CN=*,O=Example', 'spiffe://example/*']
				  alpn: [mllp]
				upstream.tls: {bundle: trust, server-name: b.example, verify-hostname: false, alpn: [x, y]}
				""").onlyRoute();
		assertThat(route.listen().tls()).isEqualTo(new Listen.Tls("edge", Listen.ClientAuth.WANT,
				Map.of("a.example.com", "modern", "*.example.com", "old", "localhost", "edge"),
				List.of("CN=*,O=Example", "spiffe://example/*"), List.of("mllp")));
		assertThat(route.upstream().tls()).isEqualTo(new Upstream.Tls("trust", "b.example", false, List.of("x", "y")));
	}

	@Test
	void bracketsAreRead() {
		Route route = route("listen.tls.bundle: edge\nlisten.tls.sni: {'[a.example.com]': modern}").onlyRoute();
		assertThat(route.listen().tls()).extracting(Listen.Tls::sni).isEqualTo(Map.of("a.example.com", "modern"));
	}

	@Test
	void defaultsAreSafe() {
		Route route = route("listen.tls.bundle: edge\nupstream.tls.bundle: trust").onlyRoute();
		assertThat(route.listen().tls())
			.isEqualTo(new Listen.Tls("edge", Listen.ClientAuth.NONE, Map.of(), List.of(), List.of()));
		assertThat(route.upstream().tls()).isEqualTo(new Upstream.Tls("trust", null, true, List.of()));
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', value = {
			"listen.tls.bundle: egde; listen.tls.bundle; 'is not an SSL bundle; declared under spring.ssl.bundle: edge, modern, old, trust. Did you mean ''edge''?'",
			"listen.tls.bundle: trust; listen.tls.bundle; 'has no certificate of its own to show: its keystore is not set'",
			"upstream.tls.bundle: partner; upstream.tls.bundle; 'is not an SSL bundle; declared under spring.ssl.bundle: edge, modern, old, trust'",
			"listen.tls: {bundle: edge, sni: {a.example.com: b}}; listen.tls.sni[a.example.com]; 'is not an SSL bundle; declared under spring.ssl.bundle: edge, modern, old, trust'",
			"listen.tls: {bundle: edge, allow-subjects: [CN=a]}; listen.tls.allow-subjects; 'needs client-auth want or need: other clients show no certificate'",
			"listen.tls: {bundle: edge, client-auth: need, allow-subjects: [a, b c]}; listen.tls.allow-subjects[1]; 'must be a distinguished name such as CN=client,O=Example, a DNS name, or a URI such as spiffe://example.org/client'",
			"listen.tls: {bundle: edge, sni: {'*.example.com': old}}; listen.tls.sni.*.example.com; 'must stand in brackets, for the sake of the *: \"[*.example.com]\"'",
			"upstream.tls: {bundle: edge, server-name: 'a b'}; upstream.tls.server-name; 'must be a host name or an IP address'" })
	void contradictionsAreRefused(String yaml, String property, String message) {
		assertThat(route(yaml).problems()).extracting(Problem::property, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + property, message));
	}

}
