package io.framegate.console;

import java.util.ArrayList;
import java.util.List;

import io.framegate.testkit.Caller;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.awaitility.Awaitility.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each view of the console in a browser, while traffic passes. Skipped where Chromium is
 * not installed.
 */
class ConsoleViewsTests {

	private static final List<Caller> callers = new ArrayList<>();

	private static ConsoleUnderTest console;

	private static TestClient waiting;

	@BeforeAll
	static void start() {
		console = new ConsoleUnderTest();
		for (String route : List.of("orders", "cards")) {
			callers.add(Caller.start("steady-" + route, console.gateway.port(route), 1, 0));
			callers.add(Caller.start("changing-" + route, console.gateway.port(route), 1, 50));
		}
		waiting = console.gateway.connect("orders");
		waiting.sendLine("hello");
		waiting.readLine();
		console.showTo("olga", "overview");
	}

	@AfterAll
	static void stop() {
		if (console != null) {
			callers.forEach(Caller::finish);
			waiting.close();
			console.close();
		}
	}

	@AfterEach
	void pageHasNoFaultsAndAsksNobodyElse() {
		assertThat(console.browser.problems()).isEmpty();
		assertThat(console.browser.requests()).isNotEmpty()
			.allSatisfy((url) -> assertThat(url).matches(
					"(http://127\\.0\\.0\\.1:" + console.gateway.httpPort() + "/|about:|chrome:|devtools:|data:).*"));
	}

	@Test
	void overviewShowsWhatRoutesDo() {
		console.show("overview");
		console.browser.awaitText("article[aria-labelledby=route-orders]", "LISTENING");
		console.browser.awaitText("article[aria-labelledby=route-cards]", "Exchange p50, p99");
		console.browser.awaitText("article[aria-labelledby=route-cards]", " ms, ");
		console.browser.await("article[aria-labelledby=route-orders] .spark polyline[points*=' ']");
		assertThat(console.browser.text("article[aria-labelledby=route-orders] tbody")).contains("127.0.0.1:", "UP");
		console.browser.awaitText(".strip", "Memory:");
		assertThat(console.browser.text(".strip")).contains("Descriptors:", "Overload: none",
				"Configuration: as its files say", "Version");
	}

	@Test
	void connectionsAreFoundSortedAndOpened() {
		console.show("connections");
		console.browser.await("select option[value=''] ~ option");
		console.browser.type("input[type=search]", "127.0.0.1:" + waiting.localPort());
		console.browser.awaitText("#found", "1 connection,");
		assertThat(console.browser.text("tbody")).contains("orders", "inbound", "OPEN");
		console.browser.click("button", "Idle");
		console.browser.await("th[aria-sort=descending]");
		console.browser.await("tbody a").click();
		console.browser.awaitText("main", "Round trip");
		console.browser.awaitText("main", "Running timers");
		assertThat(console.browser.text("main")).contains("1 frame,", "inbound 127.0.0.1:", "upstream 127.0.0.1:",
				"idle", "ACCEPTED", "CONNECTING");
		assertThat(console.browser.count(".lifeline rect")).isGreaterThanOrEqualTo(4);
		assertThat(console.browser.count("progress")).isGreaterThanOrEqualTo(2);
		console.show("connections");
		console.browser.type("input[type=search]", " ");
	}

	@Test
	void closuresAreChartedAndFilteredByAClick() {
		console.show("closures");
		console.browser.await(".chart rect");
		console.browser.awaitText(".legend", "inbound-eof");
		console.browser.await(".legend button").click();
		console.browser.awaitText("main .banner", "The client ended the connection");
		console.browser.click("button", "Show all reasons");
		console.browser.type("input[type=search]", "cards");
		console.browser.awaitNoText("tbody", "orders");
		assertThat(console.browser.text("tbody")).contains("cards");
		console.browser.type("input[type=search]", " ");
		console.browser.awaitText("tbody", "orders");
	}

	static List<String> views() {
		return ConsoleUnderTest.VIEWS;
	}

	@ParameterizedTest
	@MethodSource("views")
	void everybodyCanUseIt(String view) {
		console.show(view);
		console.browser.await("main h1");
		console.browser.awaitNoText("main", "Asking");
		for (String scheme : List.of("light", "dark")) {
			console.browser.prefer(scheme);
			assertThat(console.browser.obstacles()).as(scheme).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("views")
	void itFitsAPhone(String view) {
		console.browser.resize(500, 800);
		console.show(view);
		console.browser.awaitNoText("main", "Asking");
		assertThat(console.browser.run("return document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
		console.browser.resize(1280, 900);
	}

	@Test
	void lifelineCanBeUsedByEverybody() {
		console.show("connections/nothing-1");
		console.browser.awaitText("main", "knows no connection");
		assertThat(console.browser.obstacles()).isEmpty();
	}

	@Test
	void nothingIsAskedWhileNobodyLooks() {
		console.show("overview");
		console.browser.awaitText("article[aria-labelledby=route-orders]", "LISTENING");
		Object asked = console.browser.run("""
				const pass = (millis) => new Promise((done) => setTimeout(done, millis));
				Object.defineProperty(document, 'hidden', {value: true, configurable: true});
				document.dispatchEvent(new Event('visibilitychange'));
				return pass(3000)
					.then(() => performance.clearResourceTimings())
					.then(() => pass(6000))
					.then(() => performance.getEntriesByType('resource').length);
				""");
		assertThat(asked).isEqualTo(0L);
		console.browser.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));");
		await("it asks again").until(
				() -> console.browser.run("return performance.getEntriesByType('resource').length"),
				(count) -> (long) count > 0);
	}

}
