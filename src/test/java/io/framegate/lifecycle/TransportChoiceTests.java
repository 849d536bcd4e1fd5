package io.framegate.lifecycle;

import io.framegate.configuration.TransportSetting;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class TransportChoiceTests {

	@Test
	void autoTakesOneThatIsAvailableAndLogsIt(CapturedOutput output) {
		Transport chosen = TransportChoice.of(TransportSetting.AUTO);
		assertThat(chosen.isAvailable()).isTrue();
		assertThat(output).contains("Transport " + chosen.label() + " (framegate.transport is auto)");
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void namedOneIsTakenOrTheReasonSaid(Transport transport, CapturedOutput output) {
		TransportSetting setting = TransportSetting.valueOf(transport.name());
		if (transport.isAvailable()) {
			assertThat(TransportChoice.of(setting)).isEqualTo(transport);
			assertThat(output).contains("Transport " + transport.label());
		}
		else {
			assertThatThrownBy(() -> TransportChoice.of(setting)).isInstanceOf(UnavailableTransportException.class)
				.hasMessageContaining("framegate.transport is " + transport.label());
		}
	}

	@Test
	void failedStartNamesThePropertyTheValueTheReasonAndWhatIsAllowed() {
		FailureAnalysis analysis = new UnavailableTransportFailureAnalyzer().analyze(new UnavailableTransportException(
				Transport.IO_URING, "Operation not permitted", new IllegalStateException()));
		assertThat(analysis.getDescription())
			.isEqualTo("framegate.transport is io_uring, which cannot be used here: Operation not permitted.");
		assertThat(analysis.getAction()).contains("auto, epoll or nio").contains("transport.md");
	}

}
