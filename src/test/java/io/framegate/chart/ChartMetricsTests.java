package io.framegate.chart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Dashboard and alerts ask for metrics that there are: each name with each of its labels
 * is told by a running gateway that has seen traffic of every kind.
 */
class ChartMetricsTests {

	/** What Prometheus adds to every series. */
	private static final Set<String> OF_THE_TARGET = Set.of("namespace", "job", "pod");

	private static final Pattern SERIES = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? ");

	private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

	/** The labels of each metric. */
	private static final Map<String, Set<String>> metrics = new HashMap<>();

	private static Gateway gateway;

	@BeforeAll
	static void seeTraffic(@TempDir Path directory) {
		// twice the reply
		try (TestUpstream doubling = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.send(line + "\r\n" + line + "\r\n");
			}
		}); TestUpstream echo = TestUpstream.lineEcho()) {
			gateway = Gateway
				.start(Gateway.all(Gateway.route("session", "crlf", "crlf", echo.address(), "listen.max-connections=1"),
						Gateway.route("exchange", "crlf", "crlf", doubling.address(), "mode=request-reply"),
						Gateway.route("refused", "crlf", "crlf", "127.0.0.1:" + TestPorts.refused()),
						TestCertificates.authority("CN=Test").issue("CN=gateway").bundle("edge", directory)));
			try (TestClient client = gateway.connect("session")) {
				client.sendLine("a");
				assertThat(client.readLine()).isEqualTo("a");
				try (TestClient tooMany = gateway.connect("session")) {
					assertThat(tooMany.localPort()).isPositive();
					awaitMetric("framegate_accepts_refused_total");
				}
			}
			try (TestClient client = gateway.connect("exchange")) {
				client.sendLine("b");
				assertThat(client.readLine()).isEqualTo("b");
			}
			try (TestClient client = gateway.connect("refused")) {
				assertThat(client.localPort()).isPositive();
				gateway.awaitClosure("refused", Side.INBOUND);
			}
			awaitMetric("framegate_replies_discarded_total");
			awaitMetric("framegate_connections_closed_total");
		}
		SERIES.matcher(gateway.text("/actuator/prometheus")).results().forEach(ChartMetricsTests::remember);
	}

	private static void awaitMetric(String name) {
		Gateway.await(name, () -> Optional.of(name).filter(gateway.text("/actuator/prometheus")::contains));
	}

	private static void remember(MatchResult series) {
		Set<String> labels = metrics.computeIfAbsent(series.group(1), (name) -> new HashSet<>());
		if (series.group(2) != null) {
			LABEL.matcher(series.group(2)).results().forEach((label) -> labels.add(label.group(1)));
		}
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	private static List<Map<String, Object>> alerts() {
		Map<String, Object> rule = Chart.render(Chart.variant("minimal"), "prometheusRule: {enabled: true}")
			.all("PrometheusRule")
			.findFirst()
			.orElseThrow();
		return Manifests.at(rule, "spec", "groups", 0, "rules");
	}

	private static JsonNode dashboard() throws IOException {
		return JsonMapper.shared().readTree(Chart.DIRECTORY.resolve("dashboards/framegate.json").toFile());
	}

	private static Stream<JsonNode> targets() throws IOException {
		return dashboard().get("panels").valueStream().flatMap((panel) -> panel.path("targets").valueStream());
	}

	@Test
	void alertsAskForWhatThereIs() {
		assertThat(alerts()).hasSizeGreaterThan(12).allSatisfy((alert) -> {
			Query query = Query.of((String) alert.get("expr"));
			check(query);
			assertThat(query.selectors())
				.allSatisfy((selector) -> assertThat(selector.matchers()).containsEntry("job", "tcp/gw-framegate"));
			Set<String> labels = labels(query);
			Map<String, String> annotations = Manifests.at(alert, "annotations");
			assertThat(Pattern.compile("\\$labels\\.([a-z]+)")
				.matcher(annotations.toString())
				.results()
				.map((label) -> label.group(1))).as(query.text()).isSubsetOf(labels);
		});
	}

	@Test
	void alertsNameTheCloseReasons() {
		Set<String> named = alerts().stream()
			.flatMap((alert) -> Stream.concat(Query.of((String) alert.get("expr")).values("reason").stream(),
					words(alert)))
			.collect(Collectors.toSet());
		assertThat(Stream.of(CloseReason.values()).map(CloseReason::label).filter((reason) -> !named.contains(reason)))
			.as("reasons that are no fault")
			.containsExactlyInAnyOrder("inbound-eof", "upstream-eof", "first-frame-timeout", "idle-timeout", "max-age",
					"operator-close", "operator-abort", "route-drain", "retired", "shutdown");
	}

	private static Stream<String> words(Map<String, Object> alert) {
		String description = Manifests.at(alert, "annotations", "description");
		return Stream.of(description.split("[^a-z-]+"));
	}

	@Test
	void dashboardAsksForWhatThereIs() throws IOException {
		assertThat(targets()).hasSizeGreaterThan(20).allSatisfy((target) -> {
			Query query = Query.of(target.get("expr").asString());
			check(query);
			assertThat(query.selectors())
				.allSatisfy((selector) -> assertThat(selector.matchers()).containsEntry("namespace", "$namespace")
					.containsEntry("pod", "$pod"));
			assertThat(Pattern.compile("\\{\\{([a-z]+)}}")
				.matcher(target.get("legendFormat").asString())
				.results()
				.map((label) -> label.group(1))).as(query.text()).isSubsetOf(labels(query));
		});
	}

	@Test
	void dashboardShowsEveryMetricOfTheGateway() throws IOException {
		Set<String> shown = targets().flatMap((target) -> Query.of(target.get("expr").asString()).selectors().stream())
			.map(Query.Selector::metric)
			.map(ChartMetricsTests::family)
			.collect(Collectors.toSet());
		assertThat(shown).containsAll(metrics.keySet()
			.stream()
			.filter((metric) -> metric.startsWith("framegate_"))
			.map(ChartMetricsTests::family)
			.toList());
	}

	private static String family(String metric) {
		return metric.replaceFirst("_(bucket|count|sum|max)$", "");
	}

	@Test
	void variablesOfTheDashboardAskForWhatThereIs() throws IOException {
		List<String> queries = dashboard().at("/templating/list")
			.valueStream()
			.filter((variable) -> variable.get("type").asString().equals("query"))
			.map((variable) -> variable.get("definition").asString())
			.toList();
		assertThat(queries).hasSize(3).allSatisfy((definition) -> {
			String[] parts = definition.replaceAll("^label_values\\((.*), ([a-z]+)\\)$", "$1 $2").split(" ");
			check(Query.of(parts[0]));
			assertThat(labels(Query.of(parts[0]))).contains(parts[1]);
		});
	}

	@Test
	void panelsDoNotOverlap() throws IOException {
		Set<String> cells = new HashSet<>();
		dashboard().get("panels").valueStream().map((panel) -> panel.get("gridPos")).forEach((place) -> {
			int right = place.get("x").asInt() + place.get("w").asInt();
			assertThat(right).isLessThanOrEqualTo(24);
			for (int x = place.get("x").asInt(); x < right; x++) {
				for (int y = 0; y < place.get("h").asInt(); y++) {
					assertThat(cells.add(x + "," + (place.get("y").asInt() + y))).isTrue();
				}
			}
		});
		assertThat(dashboard().get("panels").valueStream().map((panel) -> panel.get("id").asInt()))
			.doesNotHaveDuplicates();
	}

	private static void check(Query query) {
		for (Query.Selector selector : query.selectors()) {
			assertThat(metrics).as(query.text()).containsKey(selector.metric());
			assertThat(selector.matchers().keySet()).as(query.text())
				.allMatch((label) -> OF_THE_TARGET.contains(label) || metrics.get(selector.metric()).contains(label));
			if (query.grouping() != null) {
				assertThat(query.grouping()).as(query.text())
					.allMatch(
							(label) -> OF_THE_TARGET.contains(label) || metrics.get(selector.metric()).contains(label));
			}
		}
		assertThat(query.values("reason")).isSubsetOf(labels(CloseReason.values(), CloseReason::label));
		assertThat(query.values("timer")).isSubsetOf(labels(Timeout.values(), Timeout::label));
		assertThat(query.values("side")).isSubsetOf(labels(Side.values(), Side::label));
		assertThat(query.values("direction")).isSubsetOf("in", "out");
	}

	private static <T> List<String> labels(T[] constants, Function<T, String> label) {
		return Arrays.stream(constants).map(label).toList();
	}

	/**
	 * The labels that a query's answer has.
	 */
	private static Set<String> labels(Query query) {
		if (query.grouping() != null) {
			return query.grouping();
		}
		Set<String> labels = new HashSet<>(OF_THE_TARGET);
		query.selectors().forEach((selector) -> labels.addAll(metrics.get(selector.metric())));
		return labels;
	}

}
