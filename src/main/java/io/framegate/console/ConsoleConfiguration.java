package io.framegate.console;

import io.framegate.configuration.ConfigurationChanges;
import io.framegate.configuration.FramegateProperties;

import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The console.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {

	@Bean
	ConsolePages consolePages(FramegateProperties started, WebEndpointProperties endpoints,
			ConfigurationChanges changes) {
		ConsolePages pages = new ConsolePages(endpoints.getBasePath());
		pages.enable(started.console().enabled());
		changes.whenTaken((properties) -> pages.enable(properties.console().enabled()));
		return pages;
	}

	@Bean
	ConsoleEndpoint consoleEndpoint(EndpointAccessResolver access) {
		return new ConsoleEndpoint(access);
	}

}
