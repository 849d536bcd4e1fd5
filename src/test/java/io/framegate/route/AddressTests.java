package io.framegate.route;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AddressTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1:7101, 127.0.0.1, 7101", "orders.example:1, orders.example, 1",
			"my_service-1:65535, my_service-1, 65535", "[::1]:7101, ::1, 7101",
			"[fe80::1%eth0]:7101, fe80::1%eth0, 7101" })
	void targetIsReadAndWritten(String text, String host, int port) {
		assertThat(Target.of(text)).isEqualTo(new Target(host, port)).hasToString(text);
	}

	@Test
	void portRangeIsReadAndWritten() {
		assertThat(PortRange.of("40000")).isEqualTo(new PortRange(40000, 40000)).hasToString("40000");
		assertThat(PortRange.of("40000 - 40099")).isEqualTo(new PortRange(40000, 40099)).hasToString("40000-40099");
		assertThat(PortRange.of("40000-40099").count()).isEqualTo(100);
	}

}
