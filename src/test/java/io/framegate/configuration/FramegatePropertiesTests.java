package io.framegate.configuration;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.framegate.route.AddressBlock;
import io.framegate.route.Balance;
import io.framegate.route.Handler;
import io.framegate.route.HealthCheck;
import io.framegate.route.Listen;
import io.framegate.route.Mode;
import io.framegate.route.OnDown;
import io.framegate.route.OnFailure;
import io.framegate.route.Pool;
import io.framegate.route.PortRange;
import io.framegate.route.Route;
import io.framegate.route.Sharing;
import io.framegate.route.Target;
import io.framegate.route.Upstream;
import io.framegate.route.WhenDown;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.Test;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

class FramegatePropertiesTests {

	@Test
	void nothingConfiguredIsNoRoute() {
		FramegateProperties properties = TestConfiguration.empty().read();
		assertThat(properties.allRoutes()).isEmpty();
		assertThat(properties.closures().keep()).isEqualTo(1000);
		assertThat(properties.demo().echoPort()).isZero();
		assertThat(properties.shutdown().quietPeriod()).isZero();
		assertThat(properties.defaults().timeouts()).isEmpty();
		assertThat(properties.defaults().maxFrameSize()).isEqualTo(DataSize.ofKilobytes(64));
	}

	@Test
	void smallestRouteHasTheDocumentedDefaults() {
		Route route = TestConfiguration.route("orders").onlyRoute();
		assertThat(route.name()).isEqualTo("orders");
		assertThat(route.mode()).isEqualTo(Mode.SESSION);
		assertThat(route.handler()).isEqualTo(Handler.FAST);
		assertThat(route.timeouts()).isEmpty();
		assertThat(route.listen())
			.isEqualTo(new Listen(0, "0.0.0.0", "crlf", false, DataSize.ofKilobytes(64), 4096, null, Listen.Proxy.OFF,
					List.of(), List.of(), List.of(), 10000, 0, 0, 0, DataSize.ofBytes(0), WhenDown.ACCEPT));
		Upstream upstream = route.upstream();
		assertThat(upstream.targets()).containsExactly(new Target("127.0.0.1", 7101));
		assertThat(upstream.framing()).isEqualTo("crlf");
		assertThat(upstream.maxFrameBytes()).isEqualTo(65536);
		assertThat(upstream.balance()).isEqualTo(Balance.ROUND_ROBIN);
		assertThat(upstream.sourceAddress()).isNull();
		assertThat(upstream.sourcePort()).isNull();
		assertThat(upstream.sharing()).isEqualTo(Sharing.EXCLUSIVE);
		assertThat(upstream.pool()).isEqualTo(
				new Pool(null, Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ZERO, Duration.ofMillis(1)));
		assertThat(upstream.onFailure()).isEqualTo(OnFailure.CLOSE);
		assertThat(upstream.onDown()).isEqualTo(OnDown.KEEP);
		assertThat(upstream.healthCheck()).isEqualTo(new HealthCheck(Duration.ZERO, 3, 2, null, null));
	}

	@Test
	void everythingThatIsBuiltCanBeSet() {
		Route route = TestConfiguration.empty().yaml("""
				framegate:
				  routes:
				    orders:
				      mode: session
				      handler: blocking
				      listen:
				        port: 7001
				        address: 127.0.0.1
				        framing: length2
				        length-includes-header: true
				        max-frame-size: 1KB
				        backlog: 16
				        tls:
				        proxy-protocol: optional
				        proxy-trusted: [10.0.0.0/8, '2001:db8::1']
				        allow: [10.0.0.0/8, '2001:db8::/32']
				        deny: 10.1.2.3
				        max-connections: 5
				        max-connections-per-ip: 3
				        max-accepts-per-second: 50
				        max-frames-per-second: 100
				        max-bytes-per-second: 10KB
				        when-down: refuse
				      upstream:
				        targets: ['one.example:1', '[::1]:2']
				        framing: bean:mine
				        max-frame-size: 2KB
				        source-address: 127.0.0.2
				        source-port: 40000-40099
				        proxy-protocol: v2
				        proxy-tlvs: forward
				      timeouts: {connect: 1s, first-frame: 0, max-age: 2h}
				""").onlyRoute();
		assertThat(route.handler()).isEqualTo(Handler.BLOCKING);
		assertThat(route.listen()).isEqualTo(new Listen(7001, "127.0.0.1", "length2", true, DataSize.ofKilobytes(1), 16,
				null, Listen.Proxy.OPTIONAL, List.of(AddressBlock.of("10.0.0.0/8"), AddressBlock.of("2001:db8::1")),
				List.of(AddressBlock.of("10.0.0.0/8"), AddressBlock.of("2001:db8::/32")),
				List.of(AddressBlock.of("10.1.2.3")), 5, 3, 50, 100, DataSize.ofKilobytes(10), WhenDown.REFUSE));
		assertThat(route.upstream().proxyProtocol()).isEqualTo(Upstream.Proxy.V2);
		assertThat(route.upstream().proxyTlvs()).isEqualTo(Upstream.ProxyTlvs.FORWARD);
		assertThat(route.upstream().targets()).containsExactly(new Target("one.example", 1), new Target("::1", 2));
		assertThat(route.upstream().framing()).isEqualTo("bean:mine");
		assertThat(route.upstream().lengthIncludesHeader()).isFalse();
		assertThat(route.upstream().maxFrameBytes()).isEqualTo(2048);
		assertThat(route.upstream().sourceAddress()).isEqualTo("127.0.0.2");
		assertThat(route.upstream().sourcePort()).isEqualTo(new PortRange(40000, 40099));
		assertThat(route.timeouts()).containsOnly(entry(Timeout.CONNECT, Duration.ofSeconds(1)),
				entry(Timeout.FIRST_FRAME, Duration.ZERO), entry(Timeout.MAX_AGE, Duration.ofHours(2)));
	}

	@Test
	void routesInheritDefaults() {
		FramegateProperties properties = TestConfiguration.route("plain").yaml("""
				framegate:
				  defaults:
				    max-frame-size: 8KB
				    timeouts: {idle: 1m, reply: 2s}
				  routes:
				    own:
				      listen: {port: 0, framing: length4, length-includes-header: true, max-frame-size: 1MB}
				      upstream: {targets: 127.0.0.1:1}
				      timeouts: {idle: 3m}
				""").read();
		Route own = properties.allRoutes().get(0);
		Route plain = properties.allRoutes().get(1);
		assertThat(plain.timeouts()).containsOnly(entry(Timeout.IDLE, Duration.ofMinutes(1)),
				entry(Timeout.REPLY, Duration.ofSeconds(2)));
		assertThat(own.timeouts()).containsOnly(entry(Timeout.IDLE, Duration.ofMinutes(3)),
				entry(Timeout.REPLY, Duration.ofSeconds(2)));
		assertThat(plain.listen().maxFrameBytes()).isEqualTo(8192);
		assertThat(plain.upstream().maxFrameBytes()).isEqualTo(8192);
		assertThat(own.listen().maxFrameBytes()).isEqualTo(1 << 20);
		assertThat(own.upstream().maxFrameBytes()).isEqualTo(8192);
		assertThat(own.upstream().framing()).isEqualTo("length4");
		assertThat(own.upstream().lengthIncludesHeader()).isTrue();
	}

	@Test
	void upstreamFramingOfItsOwnInheritsNothing() {
		Route route = TestConfiguration.route("orders").yaml("""
				framegate.routes.orders:
				  listen: {framing: length2, length-includes-header: true}
				  upstream.framing: length2
				""").onlyRoute();
		assertThat(route.listen().lengthIncludesHeader()).isTrue();
		assertThat(route.upstream().lengthIncludesHeader()).isFalse();
	}

	@Test
	void listIsTakenWholeFromTheSourceThatWins() {
		Route route = TestConfiguration.empty().yaml("""
				framegate.routes.orders:
				  listen.port: 0
				  upstream.targets: ['a:1', 'b:2', 'c:3']
				""").property("framegate.routes.orders.upstream.targets", "d:4, e:5").onlyRoute();
		assertThat(route.upstream().targets()).containsExactly(new Target("d", 4), new Target("e", 5));
	}

	@Test
	void blankValueGoesBackToTheDefault() {
		Route route = TestConfiguration.route("orders")
			.property("framegate.routes.orders.upstream.source-port", 40000)
			.property("framegate.routes.orders.upstream.source-port", "")
			.onlyRoute();
		assertThat(route.upstream().sourcePort()).isNull();
	}

	@Test
	void spellingIsRelaxed() {
		Route route = TestConfiguration.route("orders")
			.property("framegate.routes.orders.listen.maxFrameSize", "1KB")
			.property("framegate.routes.orders.timeouts.firstFrame", "1s")
			.property("framegate.routes.orders.handler", "BLOCKING")
			.onlyRoute();
		assertThat(route.listen().maxFrameBytes()).isEqualTo(1024);
		assertThat(route.timeouts()).containsOnly(entry(Timeout.FIRST_FRAME, Duration.ofSeconds(1)));
		assertThat(route.handler()).isEqualTo(Handler.BLOCKING);
	}

	@Test
	void placeholdersAreResolved() {
		Route route = TestConfiguration.empty().yaml("""
				port: 7007
				framegate.routes.orders:
				  listen.port: ${port}
				  upstream.targets: ${upstream:127.0.0.1:7101}
				""").variables(Map.of("UPSTREAM", "db.example:99")).onlyRoute();
		assertThat(route.listen().port()).isEqualTo(7007);
		assertThat(route.upstream().targets()).containsExactly(new Target("db.example", 99));
	}

	@Test
	void readsAgainWhatHasChanged() {
		TestConfiguration configuration = TestConfiguration.route("orders");
		Route before = configuration.onlyRoute();
		assertThat(configuration.onlyRoute()).isEqualTo(before);
		configuration.property("framegate.routes.orders.timeouts.idle", "1s");
		assertThat(configuration.onlyRoute()).isNotEqualTo(before);
	}

}
