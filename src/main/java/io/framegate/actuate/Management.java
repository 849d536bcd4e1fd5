package io.framegate.actuate;

import io.framegate.connection.Closures;
import io.framegate.connection.Connections;
import io.framegate.lifecycle.Routes;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What operators see and steer the gateway with.
 */
@Configuration(proxyBeanMethods = false)
class Management {

	@Bean
	RoutesEndpoint routesEndpoint(Routes routes, Connections connections) {
		return new RoutesEndpoint(routes, new Targets(connections));
	}

	@Bean
	ConnectionsEndpoint connectionsEndpoint(Connections connections, Routes routes) {
		return new ConnectionsEndpoint(connections, routes);
	}

	@Bean
	ClosuresEndpoint closuresEndpoint(Closures closures, Routes routes) {
		return new ClosuresEndpoint(closures, routes);
	}

	@Bean
	TimeoutsEndpoint timeoutsEndpoint(Routes routes) {
		return new TimeoutsEndpoint(routes);
	}

	@Bean
	RefusalHandler refusalHandler() {
		return new RefusalHandler();
	}

}
