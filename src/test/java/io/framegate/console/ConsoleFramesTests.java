package io.framegate.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames that somebody watches at the console. Skipped where Chromium is not installed.
 */
class ConsoleFramesTests extends SharedConsole {

	@Test
	void framesAreShownWithCardNumbersMaskedAndMarkupAsText() {
		console.showTo("tom", "frames");
		browser.type("main [name=route]", "orders");
		browser.type("main [name=count]", "8");
		browser.click("button", "Watch");
		browser.awaitText("main", "Watching: 0 frames so far.");
		try (TestClient client = console.gateway.connect("orders")) {
			client.sendLine("pay with 4111111111111111 now");
			client.readLine();
			client.sendLine("<img src=x onerror=window.hit=1>\u0007");
			client.readLine();
			browser.awaitText("main", "8 frames.");
			String shown = browser.text("main");
			assertThat(shown).contains("127.0.0.1:" + client.localPort(), "pay with", ", masked", "<img src=x onerr",
					"or=window.hit=1>", "·", "70 61 79 20 77 69 74 68");
			// Sixteen bytes stand in a row.
			assertThat(shown.replaceAll("\\s", "")).doesNotContain("4111111", "34313131313131");
			assertThat(browser.count("img")).isZero();
			assertThat(browser.run("return window.hit")).isNull();
		}
	}

	@Test
	void framesAreDownloadedAsACapture(@TempDir Path directory) throws IOException {
		browser.downloadTo(directory);
		console.showTo("tom", "frames");
		browser.type("main [name=route]", "cards");
		browser.type("main [name=count]", "2");
		browser.click("button", "Download as pcapng");
		browser.awaitText("main", "Watching:");
		Path capture = directory.resolve("framegate.pcapng");
		try (TestClient client = console.gateway.connect("cards")) {
			Gateway.await("the capture", () -> {
				client.sendLine("hello");
				client.readLine();
				return isThere(capture) ? Optional.of(true) : Optional.empty();
			});
		}
		assertThat(Files.readAllBytes(capture)).startsWith(0x0A, 0x0D, 0x0D, 0x0A);
	}

	private static boolean isThere(Path file) {
		try {
			return Files.exists(file) && Files.size(file) > 0;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void refusalIsTold() {
		console.showTo("tom", "frames");
		browser.type("main [name=route]", "nothing");
		browser.click("button", "Watch");
		browser.awaitText("main", "Invalid value 'nothing' for 'route'");
	}

	@Test
	void othersMayNotWatch() {
		console.showTo("olga", "frames");
		browser.awaitText("main", "olga may not watch frames. That needs the role tap.");
		assertThat(browser.count("main form")).isZero();
	}

}
