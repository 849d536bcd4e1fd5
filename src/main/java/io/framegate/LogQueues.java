package io.framegate;

import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AsyncAppenderBase;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Puts a {@link LogQueue} before each appender that Spring Boot has set up. The settings
 * of {@code logging.*} stay as they are.
 */
final class LogQueues implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
			context.getLoggerList().forEach(LogQueues::queue);
		}
	}

	private static void queue(Logger logger) {
		List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
		logger.iteratorForAppenders().forEachRemaining(appenders::add);
		for (Appender<ILoggingEvent> appender : appenders) {
			if (!(appender instanceof LogQueue) && !(appender instanceof AsyncAppenderBase<?>)) {
				LogQueue queue = new LogQueue(appender);
				queue.start();
				logger.addAppender(queue);
				logger.detachAppender(appender);
			}
		}
	}

	/**
	 * Right after the listener that sets up logging.
	 */
	@Override
	public int getOrder() {
		return LoggingApplicationListener.DEFAULT_ORDER + 1;
	}

}
