package io.framegate.console;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the console shows when the gateway has gone. Skipped where Chromium is not
 * installed.
 */
class ConsoleSilenceTests {

	@Test
	void silentGatewayIsToldAndTheLastFactsStay() {
		try (ConsoleUnderTest console = new ConsoleUnderTest()) {
			console.showTo("olga", "overview");
			console.browser.awaitText("article[aria-labelledby=route-orders]", "LISTENING");
			console.gateway.close();
			console.browser.awaitText("[aria-live=assertive]", "The gateway does not answer since ");
			assertThat(console.browser.text("main")).contains("orders", "LISTENING");
			assertThat(console.browser.text("[aria-live=assertive]")).contains("This page keeps trying.");
		}
	}

}
