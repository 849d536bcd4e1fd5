package io.framegate.demo;

import io.framegate.configuration.FramegateProperties;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The demo's upstream server.
 */
@Configuration(proxyBeanMethods = false)
class DemoConfiguration {

	@Bean
	DemoEchoServer demoEcho(FramegateProperties properties) {
		return new DemoEchoServer(properties.demo().echoPort());
	}

}
