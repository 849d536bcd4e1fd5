package io.framegate.console;

import io.framegate.closure.Closure;
import io.framegate.closure.CloseReason;
import io.framegate.testkit.TestClient;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What people do at the console, and what the gateway does then. Skipped where Chromium
 * is not installed.
 */
class ConsoleActionsTests extends SharedConsole {

	/** Would do harm if it became markup. */
	private static final String HARMFUL = "<img src=x onerror=window.hit=1>";

	private TestClient client;

	@BeforeEach
	void connect() {
		this.client = console.gateway.connect("orders");
		this.client.sendLine("hello");
		this.client.readLine();
	}

	@AfterEach
	void disconnect() {
		this.client.close();
	}

	private String id() {
		return console.gateway.connections("orders")
			.stream()
			.filter((connection) -> connection.remoteText().equals("127.0.0.1:" + this.client.localPort()))
			.findFirst()
			.orElseThrow()
			.getConnectionId();
	}

	@Test
	void abortedConnectionDisappears() {
		console.showTo("olga", "connections");
		browser.type("input[type=search]", "127.0.0.1:" + this.client.localPort());
		browser.awaitText("#found", "1 connection,");
		browser.await("tbody a").click();
		browser.click("button", "Abort");
		browser.awaitText("dialog", "What is on its way is lost.");
		browser.await("dialog button.danger").click();
		browser.awaitText("main", "operator: operator-abort, by olga");
		this.client.readUntilReset();
		browser.click("a", "All connections");
		browser.awaitText("#found", "No connections.");
	}

	@Test
	void timeoutIsEditedAndObeyed() {
		console.showTo("olga", "timeouts");
		String field = "input[aria-label='idle of orders']";
		browser.type(field, "2 sec");
		browser.awaitText("main", "0, or a duration with its unit");
		assertThat(browser.await("tr td button.main").isEnabled()).isFalse();
		browser.type(field, "1s");
		browser.press(Keys.ENTER);
		browser.awaitText("main tr.changed", "runtime");
		Closure closure = console.gateway.awaitClosure("orders", this.client);
		assertThat(closure.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
		browser.click("button", "Back to the configured idle of orders");
		browser.awaitText("[aria-live=polite]", "idle of orders is 5m again.");
		assertThat(console.gateway.route("orders").timeouts().limit(Timeout.IDLE).text()).isEqualTo("5m");
	}

	@Test
	void viewerIsToldAndCannotAct() {
		console.showTo("ann", "timeouts");
		browser.awaitText("main", "ann may look, but not change anything. That needs the role operator.");
		assertThat(browser.count("main input")).isZero();
		console.show("connections/" + id());
		browser.awaitText("main", "ann may look");
		assertThat(browser.count("main button")).isZero();
		console.show("routes");
		browser.awaitText("main", "orders");
		assertThat(browser.text("main")).contains("ann may look").doesNotContain("pause");
		console.show("frames");
		browser.awaitText("main", "watch frames");
	}

	@Test
	void wrongPasswordIsToldAndNothingIsShown() {
		browser.go("about:blank");
		console.show("connections");
		browser.type("form.login [name=name]", "olga");
		browser.type("form.login [name=password]", "guess");
		browser.await("form.login button.main").click();
		browser.awaitText("form.login [role=alert]", "Name or password is wrong");
		assertThat(browser.text("body")).doesNotContain("127.0.0.1");
	}

	@Test
	void passwordIsForgottenWithThePage() {
		console.showTo("olga", "overview");
		browser.run("location.reload()");
		browser.awaitText("main", "Log in");
		assertThat(browser.run("return document.cookie + localStorage.length + sessionStorage.length")).isEqualTo("00");
	}

	@Test
	void targetIsDisabledAndEnabled() {
		console.showTo("olga", "overview");
		String target = console.gateway.route("cards").targets().getFirst().address();
		String card = "article[aria-labelledby=route-cards]";
		browser.await(card + " button[aria-label='disable " + target + "']").click();
		browser.await("dialog button.main").click();
		browser.awaitText(card, "DISABLED");
		assertThat(console.gateway.route("cards").targets().getFirst().state()).isEqualTo("DISABLED");
		browser.await(card + " button[aria-label='enable " + target + "']").click();
		browser.await("dialog button.main").click();
		browser.awaitNoText(card, "DISABLED");
		assertThat(console.gateway.route("cards").targets().getFirst().state()).isNotEqualTo("DISABLED");
	}

	@Test
	void routeIsPausedAndResumed() {
		console.showTo("olga", "routes");
		browser.click("button", "pause cards");
		browser.await("dialog button.main").click();
		browser.awaitText("main table", "PAUSED");
		assertThat(console.gateway.route("cards").state().name()).isEqualTo("PAUSED");
		browser.click("button", "resume cards");
		browser.await("dialog button.main").click();
		browser.awaitNoText("main table", "PAUSED");
		assertThat(console.gateway.route("cards").state().name()).isEqualTo("LISTENING");
	}

	@Test
	void proposedChangeIsCheckedAndChangesNothing() {
		console.showTo("olga", "routes");
		browser.awaitText("main", "Propose a change");
		browser.await("textarea");
		assertThat(browser.await("textarea").getDomProperty("value")).startsWith("framegate:\n  routes:\n    cards:\n");
		browser.type("textarea", "framegate.routes.orders.listen.max-connections: 7");
		browser.click("button", "Check");
		browser.awaitText("main", "Valid. With it:");
		browser.awaitText("pre.diff", "+ listen.max-connections: 7");
		assertThat(browser.text("pre.diff")).contains("− listen.max-connections: 10000");
		browser.type("textarea", "framegate.routes.orders.listen.max-connections: " + HARMFUL);
		browser.click("button", "Check");
		browser.awaitText("main", "Not valid: framegate.routes.orders.listen.max-connections = \"" + HARMFUL);
		browser.type("textarea", "framegate.routes.orders.upstream.framing: length4");
		browser.click("button", "Check");
		browser.awaitText("main", "would be replaced, and its connections drained.");
		assertThat(console.gateway.route("orders").route().listen().maxConnections()).isEqualTo(10_000);
		assertThat(browser.count("img")).isZero();
		assertThat(browser.run("return window.hit")).isNull();
	}

	@Test
	void namesAndDetailsCannotBecomeMarkup() {
		console.showTo(ConsoleUnderTest.HOSTILE, "connections/" + id());
		browser.awaitText(".account", ConsoleUnderTest.HOSTILE);
		browser.click("button", "Abort");
		browser.await("dialog button.danger").click();
		Closure closure = console.gateway.awaitClosure("orders", this.client);
		assertThat(closure.detail()).contains(ConsoleUnderTest.HOSTILE);
		browser.awaitText("main", "by " + ConsoleUnderTest.HOSTILE);
		console.show("closures");
		browser.awaitText("td.detail", "by " + ConsoleUnderTest.HOSTILE);
		assertThat(browser.count("u")).isZero();
	}

	@Test
	void everythingCanBeDoneWithTheKeyboard() {
		browser.go("about:blank");
		console.show("connections/" + id());
		browser.awaitText("main", "Password");
		browser.press(Keys.TAB);
		assertThat(browser.focused()).isEqualTo("Skip to the content");
		browser.press(Keys.ENTER, Keys.TAB, "olga", Keys.TAB, ConsoleUnderTest.PASSWORD, Keys.ENTER);
		browser.awaitText("main", "Abort");
		browser.run("document.getElementById('main').focus()");
		for (int tabs = 0; tabs < 10 && !browser.focused().equals("Abort"); tabs++) {
			browser.press(Keys.TAB);
		}
		browser.press(Keys.ENTER);
		browser.awaitText("dialog", "Abort the connection");
		assertThat(browser.focused()).isEqualTo("Cancel");
		browser.press(Keys.ESCAPE);
		browser.awaitNoText("body", "What is on its way is lost.");
		assertThat(browser.focused()).isEqualTo("Abort");
		assertThat(id()).isNotNull();
		browser.press(Keys.ENTER);
		browser.awaitText("dialog", "Abort the connection");
		browser.press(Keys.TAB);
		browser.press(Keys.ENTER);
		assertThat(console.gateway.awaitClosure("orders", this.client).reason()).isEqualTo(CloseReason.OPERATOR_ABORT);
	}

}
