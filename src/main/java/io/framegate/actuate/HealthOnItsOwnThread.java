package io.framegate.actuate;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.actuate.endpoint.ApiVersion;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.actuate.endpoint.ReactiveHealthEndpointWebExtension;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;

/**
 * Health over HTTP. Liveness and readiness have a thread of their own, and the rest
 * another: a pod must not be killed because somebody sends many requests.
 */
@EndpointWebExtension(endpoint = HealthEndpoint.class)
final class HealthOnItsOwnThread extends ReactiveHealthEndpointWebExtension implements AutoCloseable {

	/** The groups, and the paths that they can have outside of Actuator's. */
	private static final Set<String> PROBES = Set.of("liveness", "readiness", "livez", "readyz");

	/** More than the connections that the web server accepts. */
	private static final int MAX_WAITING = 512;

	private static final Duration SLOW = Duration.ofSeconds(10);

	private final HealthContributorRegistry contributors;

	private final ReactiveHealthContributorRegistry reactive;

	private final HealthEndpointGroups groups;

	private final HealthEndpointWebExtension blocking;

	private final ExecutorService probes = thread("framegate-probes");

	private final ExecutorService others = thread("framegate-health");

	HealthOnItsOwnThread(HealthContributorRegistry contributors, ReactiveHealthContributorRegistry reactive,
			HealthEndpointGroups groups) {
		super(reactive, contributors, groups, SLOW);
		this.contributors = contributors;
		this.reactive = reactive;
		this.groups = groups;
		this.blocking = new HealthEndpointWebExtension(contributors, reactive, groups, SLOW);
	}

	private static ExecutorService thread(String name) {
		return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
				Thread.ofPlatform().name(name).daemon().factory());
	}

	@Override
	@ReadOperation
	public Mono<WebEndpointResponse<? extends HealthDescriptor>> health(ApiVersion version,
			@Nullable WebServerNamespace namespace, SecurityContext who) {
		return on(this.others, () -> this.blocking.health(version, known(namespace), who));
	}

	@Override
	@ReadOperation
	public Mono<WebEndpointResponse<? extends HealthDescriptor>> health(ApiVersion version,
			@Nullable WebServerNamespace namespace, SecurityContext who,
			@Selector(match = Match.ALL_REMAINING) String... path) {
		if (isNowhere(path)) {
			return Mono.just(new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND));
		}
		boolean probe = path.length == 1 && PROBES.contains(path[0]);
		return on(probe ? this.probes : this.others, () -> this.blocking.health(version, known(namespace), who, path));
	}

	/**
	 * Whether nothing is asked for, or its parent does not exist. Spring Boot would
	 * answer as for a fault of its own, with a stack trace in the log, to anybody.
	 */
	private boolean isNowhere(String[] path) {
		if (path.length == 0) {
			return true;
		}
		int first = (this.groups.get(path[0]) != null) ? 1 : 0;
		HealthContributors level = this.contributors;
		for (int i = first; i < path.length - 1; i++) {
			HealthContributor child = level.getContributor(path[i]);
			if (child == null && i == first) {
				child = this.reactive.asHealthContributors().getContributor(path[i]);
			}
			if (!(child instanceof HealthContributors children)) {
				return child == null;
			}
			level = children;
		}
		return false;
	}

	private static WebServerNamespace known(@Nullable WebServerNamespace namespace) {
		return (namespace != null) ? namespace : WebServerNamespace.SERVER;
	}

	private static Mono<WebEndpointResponse<? extends HealthDescriptor>> on(ExecutorService executor,
			Callable<WebEndpointResponse<HealthDescriptor>> look) {
		return Mono.<WebEndpointResponse<? extends HealthDescriptor>>fromCallable(look::call)
			.subscribeOn(Schedulers.fromExecutorService(executor))
			.onErrorMap(RejectedExecutionException.class, (ex) -> RejectedRequest.busy());
	}

	@Override
	public void close() {
		this.probes.shutdownNow();
		this.others.shutdownNow();
	}

}
