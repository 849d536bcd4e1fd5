package io.framegate;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class LogQueueTests {

	private final ListAppender<ILoggingEvent> target = new ListAppender<>();

	@Test
	void writesWhatWasLoggedAndStopsThoughNothingComes() {
		LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
		this.target.setContext(context);
		this.target.setName("sleepy");
		this.target.start();
		LogQueue queue = new LogQueue(this.target);
		queue.start();
		LoggingEvent line = new LoggingEvent();
		line.setLoggerName("any");
		line.setLoggerContext(context);
		line.setMessage("the last line");
		queue.doAppend(line);
		awaitSleepingWriter();
		queue.stop();
		assertThat(this.target.isStarted()).isFalse();
		assertThat(this.target.list).extracting(ILoggingEvent::getMessage).containsExactly("the last line");
	}

	private static void awaitSleepingWriter() {
		Thread writer = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("framegate-log-sleepy"))
			.findFirst()
			.orElseThrow();
		while (writer.getState() == Thread.State.RUNNABLE || writer.getState() == Thread.State.BLOCKED) {
			Thread.onSpinWait();
		}
	}

}
