package io.framegate.lifecycle;

import java.time.Duration;

import io.framegate.closure.ClosureLog;
import io.framegate.configuration.ConfigurationReader;
import io.framegate.configuration.ConfigurationSource;
import io.framegate.configuration.FramegateProperties;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.mask.Masking;
import io.framegate.metrics.CoarseClock;
import io.framegate.route.Route;
import io.framegate.tap.Taps;
import io.framegate.tls.TlsBundles;
import io.framegate.transport.EventLoops;
import io.framegate.transport.MemoryBudget;
import io.framegate.transport.SystemClock;
import io.framegate.transport.Transport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.ResourceLoader;

/**
 * The gateway's beans besides its routes.
 */
@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {

	/** Spring Boot's default. */
	private static final Duration SHUTDOWN_PHASE = Duration.ofSeconds(30);

	/**
	 * Registers every route's beans before any bean is made.
	 * @param environment where the routes are declared
	 * @return the post-processor
	 */
	@Bean
	static BeanDefinitionRegistryPostProcessor routeBeans(ConfigurableEnvironment environment) {
		return new BeanDefinitionRegistryPostProcessor() {

			@Override
			public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
				FramegateProperties properties = ConfigurationReader.read(environment);
				((ConfigurableListableBeanFactory) registry).registerSingleton("framegateProperties", properties);
				for (Route route : properties.allRoutes()) {
					new RouteBeans(route, (ConfigurableListableBeanFactory) registry).register(registry);
				}
			}

			@Override
			public void postProcessBeanFactory(ConfigurableListableBeanFactory factory) {
			}
		};
	}

	@Bean
	MemoryBudget memoryBudget(FramegateProperties properties) {
		return new MemoryBudget(properties.memory().limit().bytes(MemoryBudget.available()));
	}

	@Bean
	TlsBundles tlsBundles(SslBundles bundles) {
		return new TlsBundles(bundles);
	}

	@Bean
	EventLoops loops(MemoryBudget budget, FramegateProperties properties) {
		return new EventLoops(budget, TransportChoice.of(properties.transport()));
	}

	@Bean
	MeterBinder memoryMeters(MemoryBudget budget) {
		return (registry) -> {
			Gauge.builder("framegate.memory.used", budget, MemoryBudget::used)
				.description("What connections hold: partial frames, queued requests, held replies, pending output")
				.baseUnit("bytes")
				.register(registry);
			Gauge.builder("framegate.memory.limit", budget, MemoryBudget::limit)
				.description("How much they may hold, framegate.memory.limit")
				.baseUnit("bytes")
				.register(registry);
		};
	}

	@Bean
	CoarseClock metersClock() {
		return new CoarseClock();
	}

	@Bean
	ConnectionRegistry connections() {
		return new ConnectionRegistry();
	}

	@Bean
	ClosureLog closures(FramegateProperties properties) {
		return new ClosureLog(properties.closures().keep());
	}

	@Bean
	Masking masking(FramegateProperties properties) {
		return new Masking(properties.masks(), new SystemClock());
	}

	@Bean
	Taps taps(ConnectionRegistry connections, Masking masking, MemoryBudget budget) {
		return new Taps(connections, masking, budget, new SystemClock());
	}

	@Bean
	Routes routes(DefaultListableBeanFactory beans, FramegateProperties properties, Taps taps) {
		return new Routes(new RouteFactory(beans), properties.shutdown().quietPeriod(), taps);
	}

	@Bean
	ConfigurationReloader reload(ConfigurableEnvironment environment, ResourceLoader resources,
			FramegateProperties properties, Routes routes) {
		return new ConfigurationReloader(new ConfigurationSource(environment, resources), properties, routes);
	}

	@Bean
	UsersFramings usersFramings(FramegateProperties properties, ConfigurationReloader reload, Masking masking) {
		UsersFramings framings = new UsersFramings(properties.framings());
		reload.whenTaken((changed) -> framings.take(changed.framings()));
		reload.whenTaken((changed) -> masking.take(changed.masks()));
		return framings;
	}

	@Bean
	MeterBinder configurationMeter(ConfigurationReloader reload) {
		return (registry) -> Gauge
			.builder("framegate.configuration.error", reload, (one) -> (one.error() != null) ? 1 : 0)
			.description("Whether the last configuration read is invalid and was not applied")
			.register(registry);
	}

	@Bean
	MeterBinder buildMeter(ObjectProvider<BuildProperties> build) {
		String version = build.stream().map(BuildProperties::getVersion).findFirst().orElse("unknown");
		return (registry) -> Gauge.builder("framegate.build.info", () -> 1)
			.tags("version", version, "java", Runtime.version().toString())
			.description("Which Framegate runs, on which Java")
			.register(registry);
	}

	@Bean
	ConfigurationAdvice advice(FramegateProperties properties, ConfigurableEnvironment environment, EventLoops loops,
			MemoryBudget budget) {
		return new ConfigurationAdvice(properties.shutdown().quietPeriod(),
				environment.getProperty("spring.lifecycle.timeout-per-shutdown-phase", Duration.class, SHUTDOWN_PHASE),
				loops.transport() != Transport.NIO, budget.limit());
	}

	@Bean
	ApplicationListener<ApplicationReadyEvent> adviceLog(ConfigurationAdvice advice, Routes routes) {
		return (ready) -> advice.log(routes.all());
	}

}
