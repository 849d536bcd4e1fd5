package io.framegate.actuate;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.framegate.testkit.Gateway;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Liveness and readiness wait for nothing that somebody else asks for.
 */
class ProbesTests {

	private static final CountDownLatch ASKED = new CountDownLatch(1);

	private static final CountDownLatch ANSWER = new CountDownLatch(1);

	@Test
	void probesAreAnsweredWhileEverythingElseWaits() throws InterruptedException, ExecutionException {
		try (Gateway gateway = Gateway.start(List.of(Slow.class), Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"));
				ExecutorService strangers = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
			try {
				// Threads that endpoints run on, and the one for health.
				for (int i = 0; i < Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE; i++) {
					Schedulers.boundedElastic().schedule(ProbesTests::await);
				}
				for (int i = 0; i < 20; i++) {
					waiting.add(strangers.submit(() -> gateway.exchange("GET", "/actuator/health", null)));
				}
				ASKED.await();
				for (String probe : List.of("liveness", "readiness")) {
					assertThat(gateway.exchange("GET", "/actuator/health/" + probe, null).statusCode()).isEqualTo(200);
				}
				assertThat(waiting).noneMatch(Future::isDone);
			}
			finally {
				ANSWER.countDown();
			}
			for (Future<HttpResponse<String>> answer : waiting) {
				assertThat(answer.get().statusCode()).isEqualTo(200);
			}
		}
	}

	private static void await() {
		try {
			ANSWER.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Slow {

		@Bean
		HealthIndicator slowHealthIndicator() {
			return () -> {
				ASKED.countDown();
				await();
				return Health.up().build();
			};
		}

	}

}
