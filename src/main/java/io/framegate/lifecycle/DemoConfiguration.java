package io.framegate.lifecycle;

import io.framegate.route.FramegateProperties;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The demo's upstream server.
 */
@Configuration(proxyBeanMethods = false)
class DemoConfiguration {

	@Bean
	DemoEcho demoEcho(FramegateProperties properties) {
		return new DemoEcho(properties.demo().echoPort());
	}

}
