package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.framegate.testkit.Caller;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Declarations of framings that change while the gateway runs.
 */
class DeclaredFramingReloadTests {

	@TempDir
	private Path directory;

	@AutoClose
	private final TestUpstream server = TestUpstream.lineEcho();

	private void write(String framings, String routes) throws IOException {
		Path next = this.directory.resolve("application.yml.next");
		Files.writeString(next, "framegate:\n  reload.watch: false\n  framings:\n" + framings.indent(4) + "  routes:\n"
				+ routes.indent(4));
		Files.move(next, this.directory.resolve("application.yml"), StandardCopyOption.REPLACE_EXISTING);
	}

	private Gateway start() {
		return Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/");
	}

	private String route(String name, String inbound, String upstream, String mode) {
		return """
				%s:
				  mode: %s
				  listen: {port: 0, address: 127.0.0.1, framing: %s}
				  upstream: {targets: "%s", framing: %s}
				""".formatted(name, mode, inbound, this.server.address(), upstream);
	}

	private static void awaitAnswers(List<Caller> callers) {
		List<Long> before = callers.stream().map(Caller::answered).toList();
		Gateway.await("answers to every caller", () -> Optional.of(callers).filter((all) -> {
			for (int i = 0; i < all.size(); i++) {
				if (!all.get(i).hasFailed() && all.get(i).answered() <= before.get(i) + 20) {
					return false;
				}
			}
			return true;
		}));
	}

	@Test
	void changedDeclarationReplacesExactlyTheRoutesThatUseItAndLosesNothing() throws Exception {
		String routes = route("listening", "lines", "crlf", "session") + route("upstream", "crlf", "lines", "session")
				+ route("shared", "lines", "lines", "request-reply") + route("other", "more-lines", "crlf", "session")
				+ route("builtin", "crlf", "crlf", "request-reply");
		String others = "more-lines: {delimiter: 0D0A}\nunused: {fixed-length: 8}\n";
		write("lines: {delimiter: 0D0A}\n" + others, routes);
		try (Gateway gateway = start()) {
			List<Caller> callers = Stream.of("listening", "upstream", "shared", "other", "builtin")
				.flatMap((route) -> Stream.of(1, 2)
					.map((number) -> Caller.start(route + number, gateway.port(route), 4, 0)))
				.toList();
			awaitAnswers(callers);
			ConfigurationReloader reloader = gateway.bean(ConfigurationReloader.class);
			write("lines: {delimiter: [0D0A, 0A]}\n" + others.replace("8", "9"), routes);
			ReloadPreview preview = reloader.preview();
			assertThat(preview.restarted()).containsExactlyInAnyOrder("listening", "upstream", "shared");
			assertThat(preview.properties()).isEqualTo(Map.of("listening", List.of("framings"), "upstream",
					List.of("framings"), "shared", List.of("framings")));
			assertThat(reloader.reload().restarted()).containsExactlyInAnyOrder("listening", "upstream", "shared");
			awaitAnswers(callers);
			callers.forEach(Caller::finish);
			assertThat(callers.subList(6, 10)).allMatch((caller) -> caller.connections() == 1);
			try (TestClient client = gateway.connect("listening")) {
				client.send("a\nb\r\n");
				assertThat(client.readLine()).isEqualTo("a");
				assertThat(client.readLine()).isEqualTo("b");
			}
			assertThat(reloader.reload().restarted()).isEmpty();
		}
	}

	@Test
	void wrongDeclarationIsRefusedAndTheOldOneStays() throws Exception {
		String routes = route("one", "lines", "crlf", "session") + route("two", "crlf", "lines", "session");
		write("lines: {delimiter: 0A}\n", routes);
		try (Gateway gateway = start(); TestClient client = gateway.connect("one")) {
			client.send("before\n");
			assertThat(client.readExactly(7)).asString().isEqualTo("before\n");
			ConfigurationReloader reloader = gateway.bean(ConfigurationReloader.class);
			write("lines: {delimiter: 0A, trailer: 7}\n", routes);
			assertThat(reloader.preview().error()).contains("framegate.framings.lines.trailer", "\"7\"");
			assertThat(reloader.reload().error()).contains("framegate.framings.lines.trailer", "\"7\"");
			write("lines: {delimiter: [0A, 0A00]}\n", routes);
			assertThat(reloader.reload().error())
				.contains("framegate.framings.lines.delimiter[0] = \"0A\": is the beginning of 0A00");
			write("line: {delimiter: 0A}\n", routes);
			assertThat(reloader.reload().error()).contains(
					"framegate.routes.one.listen.framing = \"lines\": must be one of",
					"framegate.routes.two.upstream.framing = \"lines\"", "Did you mean 'line'?");
			client.send("after\n");
			assertThat(client.readExactly(6)).asString().isEqualTo("after\n");
			assertThat(gateway.closures("one")).isEmpty();
			write("line: {delimiter: 0A}\n", routes.replace("lines", "line"));
			assertThat(reloader.preview().restarted()).containsExactly("one", "two");
			assertThat(reloader.preview().properties().get("one")).containsExactly("framings", "listen.framing");
		}
	}

	@Test
	void declarationTakesThePlaceOfAPreset() throws Exception {
		String routes = route("one", "ascii4", "crlf", "session");
		write("unused: {delimiter: 0A}\n", routes);
		try (Gateway gateway = start()) {
			try (TestClient client = gateway.connect("one")) {
				client.send("0002hi");
				assertThat(client.readExactly(6)).asString().isEqualTo("0002hi");
			}
			write("ascii4: {length-field-length: 2}\n", routes);
			assertThat(gateway.bean(ConfigurationReloader.class).reload().restarted()).containsExactly("one");
			try (TestClient client = gateway.connect("one")) {
				client.send(HexFormat.of().parseHex("00026869"));
				assertThat(client.readExactly(4)).asHexString().isEqualTo("00026869");
			}
		}
	}

}
