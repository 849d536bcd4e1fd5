package io.framegate.chart;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The objects of Kubernetes' extensions that the chart makes: their fields, as far as the
 * chart uses them.
 */
final class Extensions {

	private static final String METADATA = "metadata";

	private Extensions() {
	}

	/**
	 * Checks an object's fields.
	 * @param object the object
	 */
	static void check(Map<String, Object> object) {
		assertThat(object).containsOnlyKeys("apiVersion", "kind", METADATA, "spec");
		assertThat(Manifests.<Map<String, Object>>at(object, METADATA)).containsKeys("name", "namespace", "labels");
		Map<String, Object> spec = Manifests.at(object, "spec");
		switch (object.get("apiVersion") + " " + object.get("kind")) {
			case "monitoring.coreos.com/v1 PodMonitor" -> podMonitor(spec);
			case "monitoring.coreos.com/v1 PrometheusRule" -> prometheusRule(spec);
			case "gateway.networking.k8s.io/v1 TCPRoute" -> tcpRoute(spec);
			case "cert-manager.io/v1 Certificate" -> certificate(spec);
			default -> throw new AssertionError("an unexpected " + object.get("kind"));
		}
	}

	private static void podMonitor(Map<String, Object> spec) {
		assertThat(spec).containsOnlyKeys("selector", "podMetricsEndpoints");
		List<Map<String, Object>> endpoints = Manifests.at(spec, "podMetricsEndpoints");
		assertThat(endpoints).singleElement().satisfies((endpoint) -> {
			assertThat(endpoint).containsEntry("port", "management").containsEntry("path", "/actuator/prometheus");
			assertThat(endpoint.keySet()).isSubsetOf("port", "path", "scheme", "tlsConfig", "interval", "scrapeTimeout",
					"relabelings", "metricRelabelings");
		});
	}

	private static void prometheusRule(Map<String, Object> spec) {
		assertThat(spec).containsOnlyKeys("groups");
		List<Map<String, Object>> rules = Manifests.at(spec, "groups", 0, "rules");
		assertThat(rules).isNotEmpty().allSatisfy((rule) -> {
			assertThat(rule.keySet()).isSubsetOf("alert", "record", "expr", "for", "labels", "annotations");
			assertThat(rule.get("expr")).isInstanceOf(String.class);
			assertThat(rule.containsKey("alert")).isNotEqualTo(rule.containsKey("record"));
			if (rule.containsKey("alert")) {
				assertThat(Manifests.<Map<String, Object>>at(rule, "annotations")).containsOnlyKeys("summary",
						"description");
				assertThat(Manifests.<Map<String, Object>>at(rule, "labels")).containsKey("severity");
			}
		});
	}

	private static void tcpRoute(Map<String, Object> spec) {
		assertThat(spec).containsOnlyKeys("parentRefs", "rules");
		List<Map<String, Object>> parents = Manifests.at(spec, "parentRefs");
		assertThat(parents).isNotEmpty().allSatisfy((parent) -> assertThat(parent).containsKeys("name", "sectionName"));
		assertThat(Manifests.<Map<String, Object>>at(spec, "rules", 0, "backendRefs", 0)).containsOnlyKeys("name",
				"port");
	}

	private static void certificate(Map<String, Object> spec) {
		assertThat(spec).containsKeys("secretName", "issuerRef");
		assertThat(Manifests.<Map<String, Object>>at(spec, "issuerRef")).containsKey("name");
		assertThat(spec.keySet()).containsAnyOf("dnsNames", "commonName");
		assertThat(spec.keySet()).isSubsetOf("secretName", "issuerRef", "dnsNames", "commonName", "usages",
				"privateKey", "duration", "renewBefore");
	}

}
