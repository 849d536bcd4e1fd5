package io.framegate.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1Sysctl;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.kubernetes.client.openapi.models.V2MetricSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What single values of the chart do.
 */
class ChartValuesTests {

	private static final Path MINIMAL = Chart.variant("minimal");

	private static Manifests minimal(String values) {
		return Chart.render(MINIMAL, values);
	}

	private static Map<String, String> annotations(Manifests manifests) {
		return manifests.deployment().getSpec().getTemplate().getMetadata().getAnnotations();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{}                                                                                       | 25
			shutdown: {quiet-period: 20s}                                                            | 45
			shutdown: {quiet-period: 2500ms}                                                         | 28
			shutdown: {quiet-period: 0}                                                              | 25
			routes: {orders: {timeouts: {drain: 1m}}}                                                | 75
			routes: {orders: {timeouts: {drain: PT1M30S}}}                                           | 105
			routes: {orders: {timeouts: {drain: PT1.5S}}}                                            | 17
			defaults: {timeouts: {drain: 2m}}                                                        | 135
			{defaults: {timeouts: {drain: 2m}}, routes: {orders: {timeouts: {drain: 1h}}}}           | 3615
			{defaults: {timeouts: {drain: 2m}}, routes: {orders: {timeouts: {drain: 1s}}}}           | 16
			termination: {preStopSleepSeconds: 0, marginSeconds: 8}                                  | 18
			termination: {gracePeriodSeconds: 25}                                                    | 25
			termination: {gracePeriodSeconds: 300}                                                   | 300
			{termination: {gracePeriodSeconds: 300}, routes: {orders: {timeouts: {drain: 0}}}}       | 300
			""")
	void gracePeriodIsLongEnoughForEveryDrain(String values, long seconds) {
		assertThat(minimal(values).deployment().getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
			.isEqualTo(seconds);
	}

	@Test
	void aPodSleepsBeforeItStops() {
		assertThat(minimal("{}").deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.getFirst()
			.getLifecycle()
			.getPreStop()
			.getSleep()
			.getSeconds()).isEqualTo(5);
		assertThat(minimal("termination: {preStopSleepSeconds: 0}").deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.getFirst()
			.getLifecycle()).isNull();
	}

	@Test
	void changedTimeoutComesWithNewPodsOnlyWhereThatIsWanted() {
		V1Deployment before = minimal("{}").deployment();
		assertThat(minimal("routes: {orders: {timeouts: {idle: 7m}}}").deployment()).isEqualTo(before);
		String restart = annotations(minimal("reload: restart")).get("checksum/config");
		assertThat(restart).hasSize(64);
		assertThat(annotations(minimal("{reload: restart, routes: {orders: {timeouts: {idle: 7m}}}}")))
			.extractingByKey("checksum/config")
			.isNotEqualTo(restart);
	}

	@ParameterizedTest
	@ValueSource(strings = { "closures: {keep: 7}", "management: {access: {routes: unrestricted}}",
			"application: {logging: {level: {root: debug}}}" })
	void whatARunningGatewayCannotChangeComesWithNewPods(String values) {
		assertThat(annotations(minimal(values))).extractingByKey("checksum/config")
			.isNotEqualTo(annotations(minimal("{}")).get("checksum/config"));
	}

	@Test
	void newRouteComesInPlaceWhereItsPortIsNotDeclared() {
		String added = "{routePorts: false, routes: {more: {listen: {port: 7009}, upstream: {targets: 'a:1'}}}}";
		assertThat(minimal(added).deployment()).isEqualTo(minimal("routePorts: false").deployment());
		assertThat(minimal(added).service().getSpec().getPorts()).hasSize(2);
	}

	@Test
	void changedUsersComeWithNewPods() {
		String users = "management: {users: {ann: {password: '{bcrypt}$2a$04$%s'}}}";
		String before = annotations(minimal(users.formatted("a"))).get("checksum/management");
		assertThat(annotations(minimal(users.formatted("b")))).extractingByKey("checksum/management")
			.isNotNull()
			.isNotEqualTo(before);
	}

	@Test
	void usersAreInASecretAndNotInTheConfigMap() {
		Manifests manifests = minimal(
				"management: {users: {ann: {password: '{bcrypt}$2a$04$abc', roles: [operator]}}}");
		assertThat(manifests.configuration()).doesNotContain("users", "bcrypt");
		V1Secret secret = manifests.all(V1Secret.class).findFirst().orElseThrow();
		assertThat(secret.getStringData().get("management.yml")).contains("{bcrypt}$2a$04$abc");
		V1PodSpec pod = manifests.deployment().getSpec().getTemplate().getSpec();
		assertThat(pod.getVolumes()).anySatisfy((volume) -> {
			assertThat(volume.getSecret()).isNotNull();
			assertThat(volume.getSecret().getSecretName()).isEqualTo(secret.getMetadata().getName());
			assertThat(volume.getSecret().getDefaultMode()).isEqualTo(0440);
		});
		assertThat(pod.getContainers().getFirst().getEnv().getFirst().getValue())
			.endsWith(",file:/etc/framegate/management/management.yml");
		Manifests existing = minimal("management: {existingSecret: mine}");
		assertThat(existing.all(V1Secret.class)).isEmpty();
		assertThat(existing.deployment().getSpec().getTemplate().getSpec().getVolumes())
			.anyMatch((volume) -> volume.getSecret() != null && volume.getSecret().getSecretName().equals("mine"));
	}

	@Test
	void bytesOfFramingsStayText() {
		assertThat(minimal("""
				framings:
				  visa: {length-field-length: 2, header: "0064", trailer: "1E10", delimiter: ["03", "1C"]}
				  jt808: {escape: {byte: 7D, map: {"01": "03"}}}
				""").configuration()).contains("header: \"0064\"\n", "trailer: \"1E10\"\n", "- \"03\"\n",
				"\"01\": \"03\"\n");
	}

	@Test
	void changedFramingComesInPlace() {
		assertThat(minimal("framings: {visa: {length-field-length: 2}}").deployment())
			.isEqualTo(minimal("{}").deployment());
	}

	@Test
	void largeNumbersStayNumbers() {
		Manifests manifests = Chart.render(Chart.variant("pools"), "{}");
		assertThat(manifests.configuration()).contains("keep: 1000000\n", "max-connections: 2000000\n",
				"max-frame-size: 1048576\n");
	}

	@Test
	void proxyProtocolIsSetOnEveryRouteWithoutItsOwn() {
		String values = """
				proxyProtocol: {mode: required, trusted: [10.0.0.0/8]}
				routes:
				  own: {listen: {port: 7002, proxy-protocol: off}, upstream: {targets: 'a:1'}}
				""";
		Map<String, Object> configuration = Manifests.parse(minimal(values).configuration()).getFirst();
		assertThat(Manifests.<Map<String, Object>>at(configuration, "framegate", "routes", "orders", "listen"))
			.containsEntry("proxy-protocol", "required")
			.containsEntry("proxy-trusted", List.of("10.0.0.0/8"));
		assertThat(Manifests.<Map<String, Object>>at(configuration, "framegate", "routes", "own", "listen"))
			.containsEntry("proxy-protocol", false)
			.doesNotContainKey("proxy-trusted");
		assertThat(minimal("{}").configuration()).doesNotContain("proxy");
	}

	@Test
	void propertiesOfSpringBootWinOverTheCharts() {
		Map<String, Object> configuration = Manifests
			.parse(minimal("application: {server: {shutdown: immediate}, logging.level.root: warn}").configuration())
			.getFirst();
		assertThat(Manifests.<Map<String, Object>>at(configuration, "server")).containsEntry("port", 8080)
			.containsEntry("shutdown", "immediate");
	}

	@Test
	void lowPortsNeedNoRoot() {
		V1PodSpec low = minimal("routes: {smtp: {listen: {port: 25}, upstream: {targets: 'a:25'}}}").deployment()
			.getSpec()
			.getTemplate()
			.getSpec();
		assertThat(low.getSecurityContext().getSysctls())
			.containsExactly(new V1Sysctl().name("net.ipv4.ip_unprivileged_port_start").value("0"));
		assertThat(minimal("{}").deployment().getSpec().getTemplate().getSpec().getSecurityContext().getSysctls())
			.isNullOrEmpty();
		assertThat(minimal("management: {port: 81}").deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getSecurityContext()
			.getSysctls()).hasSize(1);
	}

	@Test
	void loadBalancerKeepsClientsAddresses() {
		V1ServiceSpec service = Chart.render(Chart.variant("loadbalancer"), "{}").service().getSpec();
		assertThat(service.getType()).isEqualTo("LoadBalancer");
		assertThat(service.getExternalTrafficPolicy()).isEqualTo("Local");
		assertThat(service.getPorts()).anySatisfy((port) -> {
			assertThat(port.getName()).isEqualTo("smtp");
			assertThat(port.getPort()).isEqualTo(25);
			assertThat(port.getTargetPort()).isEqualTo(new IntOrString(2525));
			assertThat(port.getNodePort()).isEqualTo(30025);
		});
		assertThat(minimal("{}").service().getSpec().getExternalTrafficPolicy()).isNull();
	}

	@Test
	void podsAreScaledByConnectionsAndGoSlowly() {
		Manifests manifests = minimal("autoscaling: {enabled: true}");
		assertThat(manifests.deployment().getSpec().getReplicas()).isNull();
		V2HorizontalPodAutoscaler scaler = manifests.all(V2HorizontalPodAutoscaler.class).findFirst().orElseThrow();
		assertThat(scaler.getSpec().getMetrics()).extracting(V2MetricSpec::getType).containsExactly("Pods", "Resource");
		assertThat(scaler.getSpec().getMetrics().getFirst().getPods().getMetric().getSelector().getMatchLabels())
			.containsExactly(Map.entry("side", "inbound"));
		assertThat(scaler.getSpec().getMetrics().getFirst().getPods().getTarget().getAverageValue().toSuffixedString())
			.isEqualTo("5k");
		assertThat(scaler.getSpec().getBehavior().getScaleDown().getStabilizationWindowSeconds()).isEqualTo(600);
		assertThat(scaler.getSpec().getBehavior().getScaleDown().getPolicies()).singleElement()
			.satisfies((policy) -> assertThat(policy.getValue()).isEqualTo(1));
		assertThat(minimal("autoscaling: {enabled: true, cpuUtilization: 0}").all(V2HorizontalPodAutoscaler.class))
			.allMatch((only) -> only.getSpec().getMetrics().size() == 1);
	}

	@Test
	void disruptionsAreBounded() {
		assertThat(minimal("{}").all(V1PodDisruptionBudget.class))
			.allMatch((budget) -> budget.getSpec().getMaxUnavailable().equals(new IntOrString(1)));
		assertThat(minimal("podDisruptionBudget: {minAvailable: 0}").all(V1PodDisruptionBudget.class))
			.allMatch((budget) -> budget.getSpec().getMinAvailable().equals(new IntOrString(0))
					&& budget.getSpec().getMaxUnavailable() == null);
	}

	@Test
	void targetsPortsAreLetOut() {
		Manifests manifests = Chart.render(Chart.variant("pools"),
				"networkPolicy: {enabled: true, egress: {enabled: true}}");
		V1NetworkPolicy policy = manifests.all(V1NetworkPolicy.class).findFirst().orElseThrow();
		assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
		assertThat(policy.getSpec().getEgress().get(1).getPorts().stream().map((port) -> port.getPort().getIntValue()))
			.containsExactly(5140, 7054, 8583, 11211);
		assertThat(minimal("networkPolicy: {enabled: true}").all(V1NetworkPolicy.class))
			.allMatch((ingress) -> ingress.getSpec().getPolicyTypes().equals(List.of("Ingress")));
	}

	@Test
	void bundlesAreMountedAndRenewedInPlace() {
		Manifests manifests = Chart.render(Chart.variant("tls"), "{}");
		Map<String, Object> configuration = Manifests.parse(manifests.configuration()).getFirst();
		Map<String, Object> bundles = Manifests.at(configuration, "spring", "ssl", "bundle", "pem");
		assertThat(bundles.values()).allMatch((bundle) -> Manifests.at(bundle, "reload-on-update").equals(true));
		assertThat(Manifests.<Map<String, Object>>at(bundles, "partner")).containsOnlyKeys("reload-on-update",
				"truststore");
		assertThat(Manifests.<String>at(bundles, "edge", "keystore", "private-key"))
			.isEqualTo("file:/etc/framegate/tls/edge/tls.key");
		assertThat(Manifests.<Map<String, Object>>at(bundles, "mutual")).containsKeys("keystore", "truststore");
		assertThat(manifests.all("Certificate").map((certificate) -> Manifests.at(certificate, "spec", "secretName")))
			.containsExactly("gw-framegate-edge-tls", "management-tls", "mutual-tls");
		assertThat(manifests.deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getVolumes()
			.stream()
			.filter((volume) -> volume.getName().startsWith("tls-"))
			.map((volume) -> volume.getSecret().getSecretName()))
			.containsExactly("gw-framegate-edge-tls", "management-tls", "mutual-tls", "partner-ca");
	}

	@Test
	void everybodySpeaksTlsToManagementIfItHasABundle(@TempDir Path directory) throws IOException {
		Manifests manifests = Chart.render(Chart.variant("tls"), "{}");
		Map<String, Object> configuration = Manifests.parse(manifests.configuration()).getFirst();
		assertThat(Manifests.<Map<String, Object>>at(configuration, "server", "ssl"))
			.isEqualTo(Map.of("bundle", "management", "client-auth", "want"));
		assertThat(probes(manifests)).containsOnly("HTTPS");
		Map<String, Object> monitor = manifests.all("PodMonitor").findFirst().orElseThrow();
		assertThat(Manifests.<Map<String, Object>>at(monitor, "spec", "podMetricsEndpoints", 0))
			.containsEntry("scheme", "https")
			.containsEntry("tlsConfig", Map.of("insecureSkipVerify", true));
		Map<String, Object> checked = Chart
			.render(Chart.variant("tls"), "podMonitor: {tlsConfig: {serverName: gw, ca: {secret: {name: a, key: b}}}}")
			.all("PodMonitor")
			.findFirst()
			.orElseThrow();
		assertThat(Manifests.<Map<String, Object>>at(checked, "spec", "podMetricsEndpoints", 0, "tlsConfig"))
			.containsOnlyKeys("serverName", "ca");
		assertThat(Chart.testPod(Chart.variant("tls"), directory).getSpec().getContainers().getFirst().getCommand())
			.last()
			.asString()
			.contains("--no-check-certificate -O - https://gw-framegate-management:8080/actuator/health/readiness");
		assertThat(Chart.notes(Chart.variant("tls")))
			.contains("curl --insecure https://localhost:8080/actuator/routes");
		assertThat(probes(minimal("{}"))).containsOnly("HTTP");
		assertThat(minimal("{}").configuration()).doesNotContain("ssl");
	}

	private static List<String> probes(Manifests manifests) {
		V1Container container = manifests.deployment().getSpec().getTemplate().getSpec().getContainers().getFirst();
		return Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
			.map((probe) -> probe.getHttpGet().getScheme())
			.toList();
	}

	@Test
	void dashboardIsTheFile() {
		assertThat(minimal("dashboard: {enabled: true}").all(V1ConfigMap.class))
			.anyMatch((map) -> "1".equals(map.getMetadata().getLabels().get("grafana_dashboard"))
					&& map.getData().get("framegate.json").contains("\"uid\": \"framegate\""));
	}

	@Test
	void alertsCanBeLeftOut() {
		String values = "prometheusRule: {enabled: true, disabled: [FramegateAbsent]}";
		Map<String, Object> rule = minimal(values).all("PrometheusRule").findFirst().orElseThrow();
		List<Map<String, Object>> rules = Manifests.at(rule, "spec", "groups", 0, "rules");
		assertThat(rules).extracting((alert) -> alert.get("alert"))
			.contains("FramegateTargetDown")
			.doesNotContain("FramegateAbsent");
	}

	@Test
	void helmTestTriesHealthAndEveryRoute(@TempDir Path directory) throws IOException {
		V1Pod pod = Chart.testPod(Chart.variant("loadbalancer"), directory);
		assertThat(pod.getSpec().getContainers().getFirst().getCommand().getLast()).contains(
				"http://gw-framegate-management:8080/actuator/health/readiness", "gw-framegate 7001\n",
				"gw-framegate 25\n");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			minimal      | orders: gw-framegate.tcp:7001 | kubectl -n tcp port-forward service/gw-framegate 7001
			minimal      | orders: gw-framegate.tcp:7001 | ./mvnw -Pimage package
			loadbalancer | smtp: gw-framegate.tcp:25     | .status.loadBalancer.ingress[0]
			nodeport     | orders: gw-framegate.tcp:7001 | .nodePort
			pools        | cards: gw-framegate.tcp:8583  | host-a.bank:8583, host-b.bank:8583
			everything   | management: edge.tcp:7002     | kubectl -n tcp get service edge
			restart      | helm -n tcp test gw           | each drains for up to 105s
			""")
	void notesTellHowToReachEachRoute(String variant, String text, String more) {
		assertThat(Chart.notes(Chart.variant(variant))).contains(text, more);
	}

	@Test
	void notesWarnOfNothingThatTheGatewayCan(@TempDir Path directory) throws IOException {
		Path values = Files.writeString(directory.resolve("values.yaml"), """
				routes: {orders: {listen: {port: 7001, allow: [10.0.0.0/8]}, upstream: {targets: 'a:1'}}}
				""");
		assertThat(Chart.notes(values)).doesNotContain("WARNING");
		assertThat(Chart.notes(Chart.variant("everything"))).doesNotContain("WARNING");
	}

}
