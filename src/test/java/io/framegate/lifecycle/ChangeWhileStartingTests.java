package io.framegate.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.framegate.testkit.Gateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Configuration that changes after it was read, but before the gateway has started.
 */
class ChangeWhileStartingTests {

	private static final String ROUTES = """
			framegate:
			  routes:
			    %s:
			      listen: {port: 0, address: 127.0.0.1, framing: crlf}
			      upstream: {targets: "127.0.0.1:1"}
			""";

	@TempDir
	private Path directory;

	@Test
	void watchNoticesIt() throws Exception {
		Path file = Files.writeString(this.directory.resolve("application.yml"), ROUTES.formatted("a"));
		try (Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/",
				List.of(Change.class), "test.file=" + file)) {
			Gateway.await("the other route", () -> gateway.bean(Routes.class).find("b"));
			assertThat(gateway.bean(Routes.class).find("a")).isPresent();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Change {

		@Bean
		static BeanFactoryPostProcessor change(Environment environment) {
			return (beans) -> {
				try {
					Files.writeString(Path.of(environment.getRequiredProperty("test.file")), ROUTES.formatted("a")
							+ ROUTES.formatted("b").lines().skip(2).reduce("", (all, line) -> all + line + "\n"));
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			};
		}

	}

}
