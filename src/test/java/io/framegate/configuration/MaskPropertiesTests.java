package io.framegate.configuration;

import java.util.List;

import io.framegate.mask.Mask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class MaskPropertiesTests {

	@Test
	void masksAreReadInEveryWay() {
		assertThat(TestConfiguration.route("orders").yaml("""
				framegate:
				  masks:
				    - expression: "pin=([0-9]+)"
				    - iso8583: [35, 52]
				      iso8583-header: 5
				      routes: orders
				    - {hl7: "PID-3,PID-5"}
				""").read().masks()).containsExactly(
				mask(List.of(), "pin=([0-9]+)", List.of(), 0, List.of(), List.of()),
				mask(List.of("orders"), null, List.of(35, 52), 5, List.of(), List.of()),
				mask(List.of(), null, List.of(), 0, List.of("PID-3", "PID-5"), List.of()));
		assertThat(TestConfiguration.route("orders").variable("FRAMEGATE_MASKS_0_FIX", "1,554").read().masks())
			.containsExactly(mask(List.of(), null, List.of(), 0, List.of(), List.of(1, 554)));
		assertThat(TestConfiguration.route("orders").read().masks()).isEmpty();
	}

	private static Mask mask(List<String> routes, String expression, List<Integer> iso8583, int header,
			List<String> hl7, List<Integer> fix) {
		return new Mask(routes, expression, iso8583, header, hl7, fix);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{routes: orders}                          | framegate.masks[0]: must have one of expression, iso8583, hl7 and fix
					{expression: a, fix: 1}                   | framegate.masks[0]: must have one of expression, iso8583, hl7 and fix
					{expression: "a("}                        | framegate.masks[0].expression: is not a regular expression: missing closing ) in a(
					{expression: "a{999}"}                    | framegate.masks[0].expression: would take too long: it has
					{expression: "a*"}                        | framegate.masks[0].expression: must not match nothing at all
					{iso8583: 1}                              | framegate.masks[0].iso8583[0]: must be a whole number from 2 to 128
					{iso8583: 2, iso8583-header: 65}          | framegate.masks[0].iso8583-header: must be a whole number from 0 to 64
					{fix: 1, iso8583-header: 5}               | framegate.masks[0].iso8583-header: applies only where iso8583 is set
					{hl7: PID}                                | framegate.masks[0].hl7[0]: must be a segment and the number of a field, such as PID-5
					{fix: "one"}                              | framegate.masks[0].fix[0]: must be a whole number from 1 to 99999
					{fix: 1, routes: [orders, others]}        | framegate.masks[0].routes[1]: must be the name of a route: orders
					{fields: 1}                               | framegate.masks[0].fields: is not a known key
					""")
	void mistakesAreNamed(String mask, String problem) {
		String property = problem.substring(0, problem.indexOf(": "));
		String message = problem.substring(problem.indexOf(": ") + 2);
		assertThatExceptionOfType(InvalidConfigurationException.class)
			.isThrownBy(() -> TestConfiguration.route("orders").yaml("framegate.masks:\n  - " + mask).read())
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(property).contains(message));
	}

}
