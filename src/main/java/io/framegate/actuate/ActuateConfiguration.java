package io.framegate.actuate;

import java.util.List;

import io.framegate.closure.ClosureLog;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.lifecycle.ConfigurationAdvice;
import io.framegate.lifecycle.ConfigurationReloader;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.lifecycle.UsersFramings;
import io.framegate.tap.Taps;
import io.framegate.transport.EventLoops;

import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Endpoints and health for operators.
 */
@Configuration(proxyBeanMethods = false)
class ActuateConfiguration {

	@Bean
	RoutesEndpoint routesEndpoint(Routes routes, ConfigurationAdvice advice, AuditTrail audit,
			ConfigurationReloader reload) {
		return new RoutesEndpoint(routes, advice, audit, reload);
	}

	@Bean
	TargetsEndpoint targetsEndpoint(Routes routes, AuditTrail audit) {
		return new TargetsEndpoint(routes, audit);
	}

	/**
	 * Degraded, not down, while the last configuration read is invalid: what runs goes
	 * on.
	 * @param reload knows
	 * @return the component {@code configuration}
	 */
	@Bean
	HealthIndicator configurationHealthIndicator(ConfigurationReloader reload) {
		return () -> {
			String error = reload.error();
			return (error != null) ? Health.status("DEGRADED").withDetail("error", error).build() : Health.up().build();
		};
	}

	/**
	 * A part of liveness.
	 * @param loops the event loops
	 * @return the component {@code eventLoops}
	 */
	@Bean
	EventLoopsHealth eventLoopsHealthIndicator(EventLoops loops) {
		return new EventLoopsHealth(loops);
	}

	/**
	 * The bean's name is the component's.
	 * @param routes the routes
	 * @return the component {@code routes}
	 */
	@Bean
	RoutesHealth routesHealthContributor(Routes routes) {
		return new RoutesHealth(routes);
	}

	/**
	 * Part of readiness: clients are served only if a route listens.
	 * @param routes the routes
	 * @return the component {@code serving}
	 */
	@Bean
	HealthIndicator servingHealthIndicator(Routes routes) {
		return () -> {
			List<RunningRoute> all = routes.all();
			boolean serves = all.isEmpty()
					|| all.stream().anyMatch((route) -> route.state() == RunningRoute.State.LISTENING);
			return (serves ? Health.up() : Health.outOfService()).build();
		};
	}

	@Bean
	ConnectionsEndpoint connectionsEndpoint(ConnectionRegistry connections, Routes routes, AuditTrail audit) {
		return new ConnectionsEndpoint(connections, routes, audit);
	}

	@Bean
	ClosuresEndpoint closuresEndpoint(ClosureLog closures, Routes routes) {
		return new ClosuresEndpoint(closures, routes);
	}

	@Bean
	FramingsEndpoint framingsEndpoint(Routes routes, UsersFramings framings, ConnectionRegistry connections,
			ClosureLog closures, EndpointAccessResolver access) {
		return new FramingsEndpoint(routes, framings, connections, closures, access);
	}

	@Bean
	FramesEndpoint framesEndpoint(Routes routes, ConnectionRegistry connections, Taps taps, AuditTrail audit) {
		return new FramesEndpoint(routes, connections, taps, audit);
	}

	/**
	 * Requests that only read.
	 * @param endpoints where the endpoints are
	 * @return tells them
	 */
	@Bean
	ReadRequests readRequests(WebEndpointProperties endpoints) {
		return new ReadRequests(endpoints.getBasePath());
	}

	@Bean
	TimeoutsEndpoint timeoutsEndpoint(Routes routes, AuditTrail audit) {
		return new TimeoutsEndpoint(routes, audit);
	}

	@Bean
	AuditTrail auditTrail(ApplicationEventPublisher events) {
		return new AuditTrail(events);
	}

	/**
	 * Keeps the newest thousand audit events.
	 * @return the repository
	 */
	@Bean
	@ConditionalOnMissingBean(AuditEventRepository.class)
	InMemoryAuditEventRepository auditEventRepository() {
		return new InMemoryAuditEventRepository();
	}

	@Bean
	RejectedRequestHandler refusalHandler(AuditTrail audit, ReadRequests reads) {
		return new RejectedRequestHandler(audit, reads);
	}

	/**
	 * Replaces Spring Boot's: it runs on threads of its own.
	 * @param contributors the components
	 * @param reactive the components that do not block
	 * @param groups the health groups
	 * @return health over HTTP
	 */
	@Bean
	HealthOnItsOwnThread healthOnItsOwnThread(HealthContributorRegistry contributors,
			ReactiveHealthContributorRegistry reactive, HealthEndpointGroups groups) {
		return new HealthOnItsOwnThread(contributors, reactive, groups);
	}

	/**
	 * Replaces Spring Boot's, which counts all descriptors at each scrape.
	 */
	@Bean
	OpenFileMetrics openFileMetrics() {
		return new OpenFileMetrics();
	}

	@Bean
	ReactorResourceFactory reactorResources() {
		ReactorResourceFactory resources = new ReactorResourceFactory();
		resources.setUseGlobalResources(false);
		resources.setLoopResourcesSupplier(ManagementConnectionLoops::new);
		return resources;
	}

	@Bean
	ManagementConnections managementConnections() {
		return new ManagementConnections();
	}

}
