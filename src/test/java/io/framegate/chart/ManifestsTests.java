package io.framegate.chart;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the tests of the chart would notice.
 */
class ManifestsTests {

	private static final String SERVICE = """
			apiVersion: v1
			kind: Service
			metadata: {name: a}
			spec: {ports: [{port: 1, %s}]}
			""";

	@Test
	void rightObjectIsTaken() {
		assertThat(Manifests.of(SERVICE.formatted("targetPort: 2")).service().getSpec().getPorts()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "tragetPort: 2", "nodePort: {}", "name: [a]", "nodePort: many" })
	void wrongFieldsAreNoticed(String field) {
		assertThatThrownBy(() -> Manifests.of(SERVICE.formatted(field)).service()).isInstanceOf(RuntimeException.class);
	}

	@Test
	void missingFieldIsNoticed() {
		assertThatThrownBy(() -> Manifests.of("{apiVersion: v1, kind: Service, spec: {ports: [{name: a}]}}").service())
			.hasMessageContaining("port");
	}

	@Test
	void keyThatComesTwiceIsNoticed() {
		assertThatThrownBy(() -> Manifests.parse("a: 1\na: 2\n")).hasMessageContaining("duplicate key a");
	}

}
