package io.framegate.console;

import org.springframework.context.annotation.Bean;

/**
 * Serves the console where the endpoints are, which may be a web server of their own.
 * Spring Boot finds this class by {@code ManagementContextConfiguration.imports}, so it
 * is no component.
 */
class ConsoleServerConfiguration {

	@Bean
	ConsoleHandler consoleHandler(ConsolePages pages) {
		return new ConsoleHandler(pages);
	}

}
