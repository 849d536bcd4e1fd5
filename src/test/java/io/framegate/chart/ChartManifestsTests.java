package io.framegate.chart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.marcnuri.helm.LintResult;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chart renders from each of its sets of values.
 */
class ChartManifestsTests {

	static Stream<Path> variants() {
		return Chart.variants();
	}

	@ParameterizedTest
	@MethodSource("variants")
	void lintFindsNothing(Path values, @TempDir Path directory) throws IOException {
		LintResult result = Chart.lint(values, directory);
		assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
		assertThat(result.getMessages()).noneMatch((message) -> message.startsWith("[WARNING]"));
	}

	@ParameterizedTest
	@MethodSource("variants")
	void rendersTheSameTwice(Path values) {
		assertThat(Chart.render(values)).isEqualTo(Chart.render(values));
	}

	@ParameterizedTest
	@MethodSource("variants")
	void everyObjectIsWhatKubernetesExpects(Path values) {
		Manifests manifests = Manifests.of(Chart.render(values));
		Set<String> names = new HashSet<>();
		assertThat(manifests.objects()).isNotEmpty().allSatisfy((object) -> {
			if (Manifests.typed(object).isEmpty()) {
				Extensions.check(object);
			}
			String name = Manifests.at(object, "metadata", "name");
			assertThat(name).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
			assertThat(name.length()).isLessThanOrEqualTo(object.get("kind").equals("TCPRoute") ? 253 : 63);
			assertThat(names.add(object.get("kind") + "/" + name)).as("twice " + name).isTrue();
		});
	}

	@ParameterizedTest
	@MethodSource("variants")
	void portsAreThoseOfTheRoutesEverywhere(Path values) {
		Manifests manifests = Manifests.of(Chart.render(values));
		Map<String, Object> configuration = Manifests.parse(manifests.configuration()).getFirst();
		Map<String, Object> routes = Manifests.at(configuration, "framegate", "routes");
		List<Integer> ports = routes.values()
			.stream()
			.map((route) -> Manifests.<Integer>at(route, "listen", "port"))
			.toList();
		int management = Manifests.at(configuration, "server", "port");
		List<V1ContainerPort> container = container(manifests).getPorts();
		assertThat(container.getFirst().getName()).isEqualTo("management");
		assertThat(container.getFirst().getContainerPort()).isEqualTo(management);
		if (container.size() > 1) {
			assertThat(container.stream().skip(1).map(V1ContainerPort::getContainerPort))
				.containsExactlyInAnyOrderElementsOf(ports);
		}
		assertThat(container.stream().map(V1ContainerPort::getName)).doesNotHaveDuplicates()
			.allSatisfy((name) -> assertThat(name).matches("(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*").hasSizeBetween(1, 15));
		assertThat(manifests.service().getSpec().getPorts().stream().map((port) -> port.getTargetPort().getIntValue()))
			.containsExactlyInAnyOrderElementsOf(ports)
			.doesNotContain(management);
		manifests.all(V1NetworkPolicy.class).forEach((policy) -> {
			List<Integer> open = policy.getSpec()
				.getIngress()
				.getFirst()
				.getPorts()
				.stream()
				.map((port) -> port(port))
				.toList();
			assertThat(open).containsExactlyInAnyOrderElementsOf(ports);
			assertThat(policy.getSpec().getIngress().get(1).getPorts().stream().map((port) -> port(port)))
				.containsExactly(management);
		});
		List<Integer> exposed = manifests.service().getSpec().getPorts().stream().map(V1ServicePort::getPort).toList();
		List<Integer> routed = manifests.all("TCPRoute")
			.map((route) -> Manifests.<Integer>at(route, "spec", "rules", 0, "backendRefs", 0, "port"))
			.toList();
		assertThat(routed).isEqualTo(routed.isEmpty() ? List.of() : exposed);
	}

	private static int port(V1NetworkPolicyPort port) {
		return port.getPort().getIntValue();
	}

	@ParameterizedTest
	@MethodSource("variants")
	void managementStaysWithinTheCluster(Path values) {
		Manifests manifests = Manifests.of(Chart.render(values));
		V1Service management = manifests.all(V1Service.class)
			.filter((service) -> service.getSpec().getPorts().getFirst().getName().equals("management"))
			.findFirst()
			.orElseThrow();
		assertThat(management.getSpec().getType()).isEqualTo("ClusterIP");
		assertThat(management.getSpec().getPorts()).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("variants")
	void selectorsFindThePodsAndNotTheTest(Path values, @TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(values));
		Map<String, String> labels = manifests.deployment().getSpec().getTemplate().getMetadata().getLabels();
		Map<String, String> test = Chart.testPod(values, directory).getMetadata().getLabels();
		Stream<Map<String, String>> selectors = Stream
			.of(Stream.of(manifests.deployment().getSpec().getSelector().getMatchLabels()),
					manifests.all(V1Service.class).map((service) -> service.getSpec().getSelector()),
					manifests.all(V1NetworkPolicy.class)
						.map((policy) -> policy.getSpec().getPodSelector().getMatchLabels()),
					manifests.all(V1PodDisruptionBudget.class)
						.map((budget) -> budget.getSpec().getSelector().getMatchLabels()),
					manifests.all("PodMonitor")
						.map((monitor) -> Manifests.<Map<String, String>>at(monitor, "spec", "selector",
								"matchLabels")))
			.flatMap((all) -> all);
		assertThat(selectors).hasSizeGreaterThanOrEqualTo(3).allSatisfy((selector) -> {
			assertThat(labels).containsAllEntriesOf(selector);

			assertThat(test.entrySet().containsAll(selector.entrySet())).isFalse();
		});
	}

	@ParameterizedTest
	@MethodSource("variants")
	void podsAreRestricted(Path values, @TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(values));
		V1Pod test = Chart.testPod(values, directory);
		for (V1PodSpec pod : List.of(manifests.deployment().getSpec().getTemplate().getSpec(), test.getSpec())) {
			assertThat(pod.getAutomountServiceAccountToken()).isFalse();
			assertThat(pod.getEnableServiceLinks()).isFalse();
			assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
			assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
			assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
			V1Container container = pod.getContainers().getFirst();
			assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
			assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
			assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
			assertThat(container.getResources().getLimits()).containsKey("memory");
		}
	}

	@ParameterizedTest
	@MethodSource("variants")
	void everyMountHasItsVolume(Path values) {
		Manifests manifests = Manifests.of(Chart.render(values));
		V1PodSpec pod = manifests.deployment().getSpec().getTemplate().getSpec();
		assertThat(pod.getVolumes().stream().map(V1Volume::getName)).doesNotHaveDuplicates()
			.containsExactlyInAnyOrderElementsOf(
					container(manifests).getVolumeMounts().stream().map(V1VolumeMount::getName).toList());
		assertThat(container(manifests).getVolumeMounts()).allMatch((mount) -> mount.getSubPath() == null)
			.anyMatch((mount) -> mount.getMountPath().equals("/tmp"));
	}

	@ParameterizedTest
	@MethodSource("variants")
	void nothingIsMissingInARollOut(Path values) {
		Manifests manifests = Manifests.of(Chart.render(values));
		assertThat(manifests.deployment().getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntValue())
			.isZero();
		assertThat(manifests.all(V1PodDisruptionBudget.class))
			.allMatch((budget) -> budget.getSpec().getUnhealthyPodEvictionPolicy().equals("AlwaysAllow"));
		V1Container container = container(manifests);
		assertThat(List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe()))
			.allMatch((probe) -> probe.getHttpGet().getPort().getStrValue().equals("management"))
			.extracting((probe) -> probe.getHttpGet().getPath())
			.containsExactly("/actuator/health/liveness", "/actuator/health/liveness", "/actuator/health/readiness");
	}

	private static V1Container container(Manifests manifests) {
		return manifests.deployment().getSpec().getTemplate().getSpec().getContainers().getFirst();
	}

}
