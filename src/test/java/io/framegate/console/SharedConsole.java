package io.framegate.console;

import io.framegate.testkit.Browser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A console for all tests of a class, which leave no fault on the page.
 */
abstract class SharedConsole {

	static ConsoleUnderTest console;

	static Browser browser;

	@BeforeAll
	static void start() {
		console = new ConsoleUnderTest();
		browser = console.browser;
	}

	@AfterAll
	static void stop() {
		if (console != null) {
			console.close();
		}
	}

	@AfterEach
	void pageHasNoFaults() {
		assertThat(browser.problems()).isEmpty();
	}

}
