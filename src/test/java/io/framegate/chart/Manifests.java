package io.framegate.chart;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the chart rendered, object by object.
 *
 * @param objects the objects, in Helm's order
 */
record Manifests(List<Map<String, Object>> objects) {

	/** The objects of Kubernetes itself; any others are of its extensions. */
	private static final Map<String, Type> TYPES = Map.of("v1 ConfigMap", V1ConfigMap.class, "apps/v1 Deployment",
			V1Deployment.class, "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy.class, "v1 Pod", V1Pod.class,
			"policy/v1 PodDisruptionBudget", V1PodDisruptionBudget.class, "v1 Secret", V1Secret.class, "v1 Service",
			V1Service.class, "v1 ServiceAccount", V1ServiceAccount.class, "autoscaling/v2 HorizontalPodAutoscaler",
			V2HorizontalPodAutoscaler.class);

	static Manifests of(String rendered) {
		return new Manifests(parse(rendered));
	}

	/**
	 * Reads YAML in which no key comes twice.
	 * @param yaml documents
	 * @return those that are not empty
	 */
	@SuppressWarnings("unchecked")
	static List<Map<String, Object>> parse(String yaml) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		List<Map<String, Object>> documents = new ArrayList<>();
		StreamSupport.stream(new Yaml(new SafeConstructor(options)).loadAll(yaml).spliterator(), false)
			.filter((document) -> document != null)
			.forEach((document) -> documents.add((Map<String, Object>) document));
		return documents;
	}

	/**
	 * Reads an object as Kubernetes would, but strictly.
	 * @param object the object
	 * @return the object's class's instance, or empty where its kind is an extension's
	 * @throws RuntimeException for an unknown field, a missing one, or a value of the
	 * wrong type
	 */
	static Optional<Object> typed(Map<String, Object> object) {
		return Optional.ofNullable(TYPES.get(object.get("apiVersion") + " " + object.get("kind")))
			.map((type) -> JSON.deserialize(JsonMapper.shared().writeValueAsString(object), type));
	}

	<T> Stream<T> all(Class<T> type) {
		return this.objects.stream()
			.flatMap((object) -> typed(object).stream())
			.filter(type::isInstance)
			.map(type::cast);
	}

	Stream<Map<String, Object>> all(String kind) {
		return this.objects.stream().filter((object) -> object.get("kind").equals(kind));
	}

	V1Deployment deployment() {
		return all(V1Deployment.class).findFirst().orElseThrow();
	}

	/**
	 * The Service of the routes.
	 * @return the one that is not for management
	 */
	V1Service service() {
		return all(V1Service.class).filter((service) -> !name(service.getMetadata().getName()).endsWith("-management"))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * The gateway's configuration.
	 * @return the text of application.yml
	 */
	String configuration() {
		return all(V1ConfigMap.class)
			.flatMap((map) -> Optional.ofNullable(map.getData().get("application.yml")).stream())
			.findFirst()
			.orElseThrow();
	}

	private static String name(String name) {
		return (name != null) ? name : "";
	}

	/**
	 * What lies at a path of keys and indexes.
	 * @param <T> the type that the caller expects
	 * @param object where to begin
	 * @param path the keys
	 * @return what is there
	 */
	@SuppressWarnings("unchecked")
	static <T> T at(Object object, Object... path) {
		Object node = object;
		for (Object key : path) {
			node = (key instanceof Integer index) ? ((List<Object>) node).get(index)
					: ((Map<String, Object>) node).get(key);
		}
		return (T) node;
	}

}
