package io.framegate.testkit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * The log lines of ended connections, kept instead of printed. To be opened after the
 * gateway has started, for its start sets log levels.
 */
public final class LoggedClosures extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.framegate.closure");

	private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();

	public LoggedClosures() {
		setContext(this.logger.getLoggerContext());
		start();
		this.logger.addAppender(this);
		this.logger.setAdditive(false);
		this.logger.setLevel(Level.INFO);
	}

	@Override
	protected void append(ILoggingEvent line) {
		this.lines.add(line);
	}

	/**
	 * Waits for the line of a connection.
	 * @param id the connection's id
	 * @return the line
	 */
	public ILoggingEvent awaitLine(String id) {
		return Gateway.await("the log line of " + id,
				() -> this.lines.stream().filter((line) -> id.equals(fields(line).get("id"))).findFirst());
	}

	public List<ILoggingEvent> lines() {
		return this.lines;
	}

	/**
	 * How many lines a connection has.
	 * @param id the connection's id
	 * @return a number that should be one
	 */
	public long count(String id) {
		return this.lines.stream().filter((line) -> id.equals(fields(line).get("id"))).count();
	}

	/**
	 * What a line says in a form for programs.
	 * @param line the line
	 * @return its fields
	 */
	public static Map<String, Object> fields(ILoggingEvent line) {
		return Optional.ofNullable(line.getKeyValuePairs())
			.orElse(List.of())
			.stream()
			.collect(Collectors.toMap((pair) -> pair.key, (pair) -> pair.value));
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
		this.logger.setAdditive(true);
		this.logger.setLevel(Level.WARN);
	}

}
