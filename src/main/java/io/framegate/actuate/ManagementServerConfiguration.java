package io.framegate.actuate;

import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.actuate.autoconfigure.endpoint.web.CorsEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.EndpointLinksResolver;
import org.springframework.boot.actuate.endpoint.web.EndpointMapping;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Beans for the web server that serves the endpoints, which may be a separate one. Spring
 * Boot finds this class by {@code ManagementContextConfiguration.imports}, so it is no
 * component.
 */
@Order(0)
class ManagementServerConfiguration {

	/**
	 * Limits connections even if the endpoints have a port of their own.
	 * @return does so
	 */
	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	ManagementConnections managementConnections() {
		return new ManagementConnections();
	}

	@Bean
	PathBoundEndpoints webEndpointReactiveHandlerMapping(WebEndpointsSupplier endpoints, EndpointMediaTypes types,
			CorsEndpointProperties cors, WebEndpointProperties properties, Environment environment) {
		String basePath = properties.getBasePath();
		List<ExposableWebEndpoint> all = new ArrayList<>(endpoints.getEndpoints());
		boolean links = properties.getDiscovery().isEnabled() && (StringUtils.hasText(basePath)
				|| ManagementPortType.get(environment) == ManagementPortType.DIFFERENT);
		return new PathBoundEndpoints(new EndpointMapping(basePath), all, types, cors.toCorsConfiguration(),
				new EndpointLinksResolver(new ArrayList<>(all), basePath), links);
	}

}
