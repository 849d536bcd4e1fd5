package io.framegate.console;

import java.util.List;
import java.util.stream.Stream;

import io.framegate.testkit.Browser;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestUpstream;

import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/**
 * A gateway with a session route, {@code orders}, and a request-reply route, {@code
 * cards}, and a browser that shows its console.
 */
final class ConsoleUnderTest implements AutoCloseable {

	static final String PASSWORD = "sesame";

	/** A name that would show if it became markup. */
	static final String HOSTILE = "<u>eve</u>";

	static final List<String> VIEWS = List.of("overview", "connections", "closures", "timeouts", "routes", "frames");

	final Browser browser;

	final Gateway gateway;

	private final TestUpstream server = TestUpstream.lineEcho();

	ConsoleUnderTest(String... more) {
		this.browser = Browser.start();
		String hash = "{bcrypt}" + new BCryptPasswordEncoder(4).encode(PASSWORD);
		String users = "framegate.management.users";
		this.gateway = GatewayBuilder
			.routes(RouteSpec.route("orders").to(this.server), RouteSpec.route("cards").to(this.server).pooled())
			.with(Stream.of("routes", "targets", "connections", "timeouts")
				.map((id) -> "management.endpoint." + id + ".access=unrestricted")
				.toArray(String[]::new))
			.with("management.endpoint.frames.access=read-only")
			.with(users + ".tom.password=" + hash, users + ".tom.roles=viewer,tap")
			.with(users + ".ann.password=" + hash, users + ".olga.password=" + hash,
					users + ".olga.roles=operator,viewer", users + "[" + HOSTILE + "].password=" + hash,
					users + "[" + HOSTILE + "].roles=operator")
			.with(more)
			.start();
	}

	/**
	 * Shows a view.
	 * @param view its name, and what stands after it
	 */
	void show(String view) {
		this.browser.go("http://127.0.0.1:" + this.gateway.httpPort() + "/#/" + view);
	}

	/**
	 * Shows a view to a user.
	 * @param user the user's name
	 * @param view the view's name
	 */
	void showTo(String user, String view) {
		this.browser.go("about:blank");
		show(view);
		this.browser.type("form.login [name=name]", user);
		this.browser.type("form.login [name=password]", PASSWORD);
		this.browser.await("form.login button.main").click();
		this.browser.awaitText(".account", "Log out");
	}

	@Override
	public void close() {
		this.browser.close();
		this.gateway.close();
		this.server.close();
	}

}
