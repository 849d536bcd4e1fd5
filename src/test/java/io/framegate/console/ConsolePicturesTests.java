package io.framegate.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.framegate.testkit.Caller;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes the pictures of the documentation, of views under load:
 * <code>./mvnw test -Dtest=ConsolePicturesTests -Dpictures</code>.
 */
@EnabledIfSystemProperty(named = "pictures", matches = ".*", disabledReason = "-Dpictures takes them")
class ConsolePicturesTests {

	private static final Path DOCUMENTATION = Path.of("src", "docs");

	private static final int CLIENTS = 40;

	@Test
	void picturesOfViews() {
		List<Caller> callers = new ArrayList<>();
		try (ConsoleUnderTest console = new ConsoleUnderTest();
				TestClient slow = console.gateway.connect("orders");
				TestClient torn = console.gateway.connect("orders")) {
			for (int i = 0; i < CLIENTS; i++) {
				String route = (i % 2 == 0) ? "orders" : "cards";
				callers.add(Caller.start("client-" + i, console.gateway.port(route), 4, (i < 8) ? 500 : 0));
			}
			torn.send("half a line");
			torn.halfClose();
			slow.sendLine("hello");
			slow.readLine();
			slow.send("half a frame");
			String id = console.gateway.connections("orders")
				.stream()
				.filter((connection) -> connection.remoteText().endsWith(":" + slow.localPort()))
				.findFirst()
				.orElseThrow()
				.getConnectionId();
			console.showTo("olga", "overview");
			console.browser.prefer("light");
			take(console, "overview", "overview", "article .spark polyline[points^='0.0'][points*=' 80.0,']");
			take(console, "connections", "connections", "tbody tr:nth-child(20)");
			take(console, "connections/" + id, "lifeline", "progress");
			take(console, "closures", "closures", ".legend li:nth-child(2)");
			callers.forEach(Caller::finish);
		}
	}

	private static void take(ConsoleUnderTest console, String view, String name, String shown) {
		console.show(view);
		console.browser.await(shown);
		Path picture = DOCUMENTATION.resolve("console-" + name + ".png");
		console.browser.picture(picture);
		assertThat(picture.toFile().length()).isBetween(10_000L, 200_000L);
	}

}
