package io.framegate.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * An operator acts on a route that a reload is just replacing.
 */
class LeversWhileReloadingTests {

	@TempDir
	private Path directory;

	private void write(String server, String more) throws IOException {
		Path next = this.directory.resolve("application.yml.next");
		Files.writeString(next, """
				framegate:
				  routes:
				    r:
				      listen: {port: 0, address: 127.0.0.1, framing: crlf%s}
				      upstream: {targets: "%s"}
				""".formatted(more, server));
		Files.move(next, this.directory.resolve("application.yml"), StandardCopyOption.REPLACE_EXISTING);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pause", "drain" })
	void whatStopsARouteStopsTheOneThatReplacesIt(String action) throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho(); Gateway gateway = start(server)) {
			RunningRoute before = gateway.route("r");
			int port = gateway.port("r");
			assertThat(actWhileReloading(gateway, server, "routes/r", action).join()).isEqualTo(200);
			assertThat(gateway.route("r")).isNotSameAs(before);
			Gateway.await("the pause", () -> Optional.of(gateway.route("r").state())
				.filter((state) -> state == RunningRoute.State.PAUSED));
			assertThatThrownBy(() -> TestClient.connect(port).close());
		}
	}

	/**
	 * Otherwise it would not reach what the new route has connected to the target
	 * meanwhile.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "disable", "drain" })
	void actionOnATargetComesAfterTheReload(String action) throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho(); Gateway gateway = start(server)) {
			CompletableFuture<Integer> answer = actWhileReloading(gateway, server, "targets/r/" + server.address(),
					action);
			assertThat(answer.join()).isEqualTo(200);
			assertThat(gateway.bean(Operator.class).answeredMeanwhile).isFalse();
			Gateway.await("the target", () -> Optional.of(gateway.targetState("r", 0)).filter("DISABLED"::equals));
		}
	}

	private Gateway start(TestUpstream server) throws IOException {
		write(server.address(), "");
		Gateway gateway = Gateway.startAt("classpath:/application.yml,file:" + this.directory + "/",
				List.of(Operator.class), "management.endpoint.routes.access=unrestricted",
				"management.endpoint.targets.access=unrestricted");
		gateway.bean(ConfigurationReloader.class).stop();
		return gateway;
	}

	private CompletableFuture<Integer> actWhileReloading(Gateway gateway, TestUpstream server, String path,
			String action) throws IOException {
		CompletableFuture<Integer> answer = new CompletableFuture<>();
		Operator operator = gateway.bean(Operator.class);
		operator.acts = () -> {
			answer.completeAsync(
					() -> gateway.operate("POST", "/actuator/" + path, "{\"action\":\"" + action + "\"}").statusCode(),
					Thread::startVirtualThread);
			Gateway.await("the answer, or the wait for the reload",
					() -> Optional.of(true).filter((yes) -> answer.isDone() || isSomebodyWaiting()));
			operator.answeredMeanwhile = answer.isDone();
		};
		write(server.address(), ", max-frame-size: 5000B");
		assertThat(gateway.bean(ConfigurationReloader.class).reload().restarted()).containsExactly("r");
		return answer;
	}

	private static boolean isSomebodyWaiting() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().startsWith("boundedElastic")
					&& thread.getState() == Thread.State.BLOCKED);
	}

	/** Acts when the old route has given its socket away, and the new one is made. */
	static class Operator implements BeanPostProcessor {

		private volatile @Nullable Runnable acts;

		/** Whether the action was done when the reload went on. */
		private volatile boolean answeredMeanwhile;

		@Override
		public Object postProcessBeforeInitialization(Object bean, String name) {
			Runnable once = this.acts;
			if (once != null && name.startsWith("framegate.r.")) {
				this.acts = null;
				once.run();
			}
			return bean;
		}

	}

}
