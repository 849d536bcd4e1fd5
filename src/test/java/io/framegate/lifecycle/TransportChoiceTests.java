package io.framegate.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.framegate.configuration.TransportSetting;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TransportChoiceTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger(TransportChoice.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void listenNoMore() {
		this.logger.detachAppender(this.log);
		this.logger.setLevel(null);
	}

	@Test
	void autoTakesOneThatIsAvailableAndLogsIt() {
		Transport chosen = TransportChoice.of(TransportSetting.AUTO);
		assertThat(chosen.isAvailable()).isTrue();
		assertThat(this.log.list).extracting(ILoggingEvent::getFormattedMessage)
			.contains("Transport " + chosen.label() + " (framegate.transport is auto)");
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void namedOneIsTakenOrTheReasonSaid(Transport transport) {
		TransportSetting setting = TransportSetting.valueOf(transport.name());
		if (transport.isAvailable()) {
			assertThat(TransportChoice.of(setting)).isEqualTo(transport);
			assertThat(this.log.list).extracting(ILoggingEvent::getFormattedMessage)
				.containsExactly("Transport " + transport.label());
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
