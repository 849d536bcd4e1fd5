package io.framegate.actuate;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.framegate.lifecycle.DrainReport;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.timeout.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;

/**
 * Answers a request for a drain when it is done, or has taken long; the drain itself may
 * take longer.
 */
final class DrainAnswer {

	private static final Duration MAX = Duration.ofMinutes(1);

	private DrainAnswer() {
	}

	/**
	 * Waits for the drain of a route, or of one of its targets.
	 * @param <T> what is answered
	 * @param drain the drain
	 * @param route the route
	 * @param outcome makes the answer, without a report while the drain goes on
	 * @return the answer, 202 while the drain goes on
	 */
	static <T> CompletableFuture<WebEndpointResponse<T>> to(CompletableFuture<DrainReport> drain, RunningRoute route,
			Function<@Nullable DrainReport, T> outcome) {
		return drain.thenApply((report) -> new WebEndpointResponse<>(outcome.apply(report)))
			.completeOnTimeout(new WebEndpointResponse<>(outcome.apply(null), HttpStatus.ACCEPTED.value()),
					millis(route), TimeUnit.MILLISECONDS);
	}

	private static long millis(RunningRoute route) {
		Duration limit = route.timeouts().limit(Timeout.DRAIN).value();
		return limit.isZero() ? MAX.toMillis() : Math.min(limit.plusSeconds(2).toMillis(), MAX.toMillis());
	}

}
