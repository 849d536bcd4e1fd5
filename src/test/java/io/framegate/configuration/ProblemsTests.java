package io.framegate.configuration;

import java.util.List;
import java.util.stream.Stream;

import io.framegate.framing.Presets;
import io.framegate.route.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class ProblemsTests {

	private static final String CORRELATED = "mode: request-reply\nupstream.sharing: correlated";

	private static final String RATE = "must be 0 (off) or a size from 1B to 1GB, such as 512B or 64KB";

	private static final String BLOCK = "must be an IP address or a block of them, such as 10.1.2.3, 10.0.0.0/8 or 2001:db8::/32";

	private static final String NOT_AVAILABLE = "is not available in this version";

	private static final String FRAMING = "must be one of crlf, lf, nul, stx-etx, mllp, length1, length2, length4, stream, a preset ("
			+ String.join(", ", Presets.ALL.keySet()) + "), a name declared under framegate.framings, or bean:<name>";

	private static final String PORT = "must be a whole number from 0 to 65535";

	private static final String DURATION = "must be 0 or a duration from 1ms to 366d with its unit, such as 500ms, 30s or 5m";

	private static final String SIZE = "must be a size from 1B to 1GB, such as 512B or 64KB";

	private static final String TARGET = "must be host:port, such as 10.1.2.3:7101, orders.example:7101 or [2001:db8::1]:7101";

	private static final String KEY_RANGE = "must be a range of whole numbers of up to 18 digits, such as 1-999999";

	private static final String ONE_PORT = "a port is a whole number from 1 to 65535";

	static Stream<Arguments> badValues() {
		String number = "must be a whole number from 0 to 2147483647";
		return Stream.of( //
				arguments("listen.port", "abc", PORT), //
				arguments("listen.port", "65536", PORT), //
				arguments("listen.port", "-1", PORT), //
				arguments("listen.port", "99999999999", PORT), //
				arguments("mode", "sesion", "must be one of session, request-reply, one-way. Did you mean 'session'?"),
				arguments("mode", "tunnel", "must be one of session, request-reply, one-way"), //
				arguments("handler", "slow", "must be one of fast, blocking"), //
				arguments("listen.framing", "crfl", FRAMING + ". Did you mean 'crlf'?"), //
				arguments("listen.framing", "xml-documents", FRAMING), //
				arguments("upstream.framing", "length3", FRAMING + ". Did you mean 'length1'?"), //
				arguments("listen.framing", "bean:", "needs the name of a serializer bean after 'bean:'"), //
				arguments("listen.length-includes-header", "true",
						"applies only to the framings length1, length2 and length4"),
				arguments("listen.length-includes-header", "maybe", "must be true or false"), //
				arguments("listen.address", "here or there",
						"must be a local IP address or host name, such as 0.0.0.0, 127.0.0.1 or ::1"),
				arguments("listen.max-frame-size", "0", SIZE), //
				arguments("listen.max-frame-size", "2GB", SIZE), //
				arguments("listen.max-frame-size", "many", SIZE), //
				arguments("upstream.max-frame-size", "-1KB", SIZE), //
				arguments("listen.backlog", "0", "must be a whole number from 1 to 65535"), //
				arguments("listen.max-connections", "-1", number), //
				arguments("listen.max-connections-per-ip", "-1", number), //
				arguments("listen.max-accepts-per-second", "many", number), //
				arguments("listen.max-frames-per-second", "-1", number), //
				arguments("listen.max-bytes-per-second", "-1B", RATE), //
				arguments("listen.max-bytes-per-second", "2GB", RATE), //
				arguments("listen.when-down", "refused", "must be one of accept, refuse. Did you mean 'refuse'?"), //
				arguments("listen.allow[0]", "localhost", BLOCK), //
				arguments("listen.deny[0]", "10.0.0.0/33", "the prefix length is a whole number from 0 to 32"), //
				arguments("listen.proxy-protocol", "on", "must be one of off, optional, required"), //
				arguments("upstream.proxy-protocol", "v3", "must be one of off, v1, v2. Did you mean 'v1'?"), //
				arguments("upstream.targets[0]", "nowhere", TARGET), //
				arguments("upstream.targets[0]", "two words:1", TARGET), //
				arguments("upstream.targets[0]", "::1:7101", TARGET), //
				arguments("upstream.targets[0]", ":7101", TARGET), //
				arguments("upstream.targets[0]", "a:0", ONE_PORT), //
				arguments("upstream.targets[0]", "a:70000", ONE_PORT), //
				arguments("upstream.targets[0]", "a:", ONE_PORT), //
				arguments("upstream.source-address", "localhost", "must be an IP address of this machine"), //
				arguments("upstream.source-port", "0", ONE_PORT), //
				arguments("upstream.source-port", "40000-", ONE_PORT), //
				arguments("upstream.source-port", "40099-40000",
						"a range must go from lower to higher, such as 40000-40099"),
				arguments("upstream.pool.max-connections", "0", "must be a whole number from 1 to 65535"), //
				arguments("upstream.pool.max-wait", "-1s", DURATION), //
				arguments("upstream.correlation.key-range", "many", KEY_RANGE), //
				arguments("upstream.correlation.key-range", "1-2-3", KEY_RANGE), //
				arguments("upstream.correlation.key-range", "-5-9", KEY_RANGE), //
				arguments("upstream.correlation.key-range", "9-1",
						"a range must go from lower to higher, such as 1-999999"),
				arguments("upstream.correlation.reply-when", "(a",
						"must be a regular expression or @<offset>:<bytes>: missing closing ) in (a"),
				arguments("upstream.correlation.reply-when", "@4:hex:8",
						"the bytes after the offset must be text, hex: and pairs of hexadecimal digits, or base64: and the bytes"),
				arguments("timeouts.idle", "nonsense", DURATION), //
				arguments("timeouts.idle", "-1s", DURATION), //
				arguments("timeouts.idle", "367d", DURATION), //
				arguments("timeouts.idle", "30", DURATION), //
				arguments("timeouts.drain", "+5", DURATION), //
				arguments("timeouts.idle", "1us", DURATION), //
				arguments("upstream.health-check.interval", "5", DURATION));
	}

	@ParameterizedTest
	@MethodSource("badValues")
	void badValueIsNamedWithWhatIsAllowed(String key, String value, String message) {
		assertThat(TestConfiguration.route("orders")
			.property("framegate.routes.orders." + key, value)
			.problemsIfAllWereBuilt()).extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + key, value, message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "framegate.defaults.timeouts.idle | x | " + DURATION,
			"framegate.defaults.timeouts.write | 30 | " + DURATION, "framegate.shutdown.quiet-period | 5 | " + DURATION,
			"framegate.defaults.max-frame-size | 0 | " + SIZE, "framegate.shutdown.quiet-period | -1s | " + DURATION,
			"framegate.closures.keep | 0 | must be a whole number from 1 to 1000000",
			"framegate.demo.echo-port | 65536 | " + PORT,
			"framegate.memory.limit | lots | must be a size from 1MB, such as 256MB, or a percentage from 1% to 80%",
			"framegate.memory.limit | 1KB | must be a size from 1MB, such as 256MB, or a percentage from 1% to 80%" })
	void badValueOutsideRoutesIsNamedOnce(String property, String value, String message) {
		assertThat(TestConfiguration.route("orders").property(property, value).problems())
			.extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple(property, value, message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"framegate.route.x.listen.port | framegate.route | is not a known key. Did you mean 'routes'?",
			"framegate.shutdwon.quiet-period | framegate.shutdwon | is not a known key. Did you mean 'shutdown'?",
			"framegate.routes.orders.listen.framng | framegate.routes.orders.listen.framng | is not a known key. Did you mean 'framing'?",
			"framegate.routes.orders.listen.prot | framegate.routes.orders.listen.prot | is not a known key. Did you mean 'port'?",
			"framegate.routes.orders.upstream.target | framegate.routes.orders.upstream.target | is not a known key. Did you mean 'targets'?",
			"framegate.routes.orders.timeouts.conect | framegate.routes.orders.timeouts.conect | is not a known key. Did you mean 'connect'?",
			"framegate.defaults.timeouts.tls | framegate.defaults.timeouts.tls | is not a known key; known here: connect, tls-handshake, first-frame, frame, idle, reply, write, drain, max-age",
			"framegate.routes.orders.colour | framegate.routes.orders.colour | is not a known key; known here: mode, listen, upstream, timeouts, handler",
			"framegate.routes.orders.listen.port.number | framegate.routes.orders.listen.port | takes a value, not keys of its own",
			"framegate.routes.orders.upstream | framegate.routes.orders.upstream | takes keys of its own, not a value: targets, framing, length-includes-header, max-frame-size, balance, source-address, source-port, tls, proxy-protocol, proxy-tlvs, sharing, pool, correlation, heartbeat, on-failure, on-failure-reply, on-down, health-check" })
	void unknownKeyIsRefusedWithTheNearest(String written, String property, String message) {
		assertThat(TestConfiguration.route("orders").property(written, "1").problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(tuple(property, message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"listen.max-frames-per-second | framing: stream | 5 | does not apply to the framing stream: use max-bytes-per-second",
			"listen.when-down | max-connections: 1 | refuse | refuse requires upstream.targets: a route without them is never down" })
	void limitThatHasNoMeaningIsRefused(String key, String also, String value, String message) {
		TestConfiguration route = key.endsWith("down")
				? TestConfiguration.empty().yaml("framegate.routes.orders: {mode: request-reply, listen.port: 0}")
				: TestConfiguration.route("orders");
		assertThat(route.yaml("framegate.routes.orders.listen." + also)
			.property("framegate.routes.orders." + key, value)
			.problems()).extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + key, value, message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"listen.proxy-protocol: optional | listen.proxy-trusted | is required where proxy-protocol is optional: the addresses of the proxies, such as 10.0.0.0/8",
			"listen: {proxy-protocol: required, proxy-trusted: []} | listen.proxy-trusted | is required where proxy-protocol is required: the addresses of the proxies, such as 10.0.0.0/8",
			"listen.proxy-trusted: 10.0.0.0/8 | listen.proxy-trusted | applies only where proxy-protocol is optional or required",
			"listen: {proxy-protocol: required, proxy-trusted: [10.0.0.0/8, 10.1.2.3/8]} | listen.proxy-trusted[1] | has bits after its prefix of 8: did you mean 10.0.0.0/8?",
			"listen: {proxy-protocol: required, proxy-trusted: [proxy.example]} | listen.proxy-trusted[0] | must be an IP address or a block of them, such as 10.1.2.3, 10.0.0.0/8 or 2001:db8::/32",
			"upstream: {proxy-protocol: v1, proxy-tlvs: forward} | upstream.proxy-tlvs | forward applies only where proxy-protocol is v2",
			"upstream: {proxy-protocol: v2, proxy-tlvs: forward} | upstream.proxy-tlvs | forward has nothing to pass on: listen.proxy-protocol is off",
			"{mode: one-way, listen.proxy-protocol: required, listen.proxy-trusted: '::1', upstream: {proxy-protocol: v2, proxy-tlvs: forward}} | upstream.proxy-tlvs | forward applies only in mode session: elsewhere clients share connections" })
	void proxyHeadersAreTrustedAndForwardedOnlyWhereThatMakesSense(String yaml, String property, String message) {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders" + (yaml.startsWith("{") ? ": " : ".") + yaml)
			.problemsIfAllWereBuilt()).extracting(Problem::property, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + property, message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "listen.rules[0].when | listen.rules", "listen.rules[1].answer | listen.rules",
					"upstream.rules[0].then | upstream.rules",
					"upstream.heartbeat.sign-on | upstream.heartbeat.sign-on",
					"upstream.heartbeat.signOn | upstream.heartbeat.signOn" })
	void keyOfALaterVersionIsRefusedAsSuch(String key, String named) {
		assertThat(TestConfiguration.route("orders").property("framegate.routes.orders." + key, "ping").problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + named, NOT_AVAILABLE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "mode: session", "mode: SESSION", "listen.proxy-protocol: off",
			"listen.proxy-protocol: \"off\"", "listen.allow: []", "listen.max-connections-per-ip: 0", "listen.tls:",
			"upstream.correlation: {offset: , length: }", "timeouts: {}" })
	void whatIsNotWantedNeedNotBeBuilt(String line) {
		assertThat(TestConfiguration.route("orders").yaml("framegate.routes.orders." + line).problems()).isEmpty();
	}

	@Test
	void missingPropertiesAreRequired() {
		assertThat(TestConfiguration.empty().yaml("framegate: {routes: {orders: }}").problems())
			.extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple("framegate.routes.orders.listen.port", null, "is required"),
					tuple("framegate.routes.orders.upstream.targets", null, "is required: at least one host:port"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Orders", "9x", "my_route", "a23456789-a23456789-a23456789-a23456789-x" })
	void routeNameIsChecked(String name) {
		assertThat(TestConfiguration.route("'" + name + "'").problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.property()).contains(name);
			assertThat(problem.message()).startsWith("a route's name must be [a-z][a-z0-9-]{0,39}: ");
			assertThat(problem.origin()).asString().contains("test.yml");
		});
	}

	@Test
	void longestRouteName() {
		String name = "a23456789-a23456789-a23456789-a23456789-";
		assertThat(TestConfiguration.route(name).onlyRoute().name()).isEqualTo(name);
	}

	@ParameterizedTest
	@CsvSource({ "0.0.0.0, 0.0.0.0", "0.0.0.0, 127.0.0.1", "127.0.0.1, ::", "::1, 0:0:0:0:0:0:0:1",
			"localhost, LOCALHOST" })
	void twoRoutesOnOnePortClash(String first, String second) {
		assertThat(twoRoutes(7001, first, second).problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.property()).isEqualTo("framegate.routes.b.listen.port");
			assertThat(problem.value()).isEqualTo("7001");
			assertThat(problem.message()).isEqualTo("is taken by route 'a' on address " + first);
		});
	}

	@ParameterizedTest
	@CsvSource({ "7001, 127.0.0.1, 127.0.0.2", "0, 0.0.0.0, 0.0.0.0" })
	void twoRoutesThatDoNotClash(int port, String first, String second) {
		assertThat(twoRoutes(port, first, second).read().allRoutes()).hasSize(2);
	}

	private static TestConfiguration twoRoutes(int port, String first, String second) {
		return TestConfiguration.empty().yaml("""
				framegate.routes:
				  a: {listen: {port: %1$d, address: '%2$s'}, upstream: {targets: 'x:1'}}
				  b: {listen: {port: %1$d, address: '%3$s'}, upstream: {targets: 'x:1'}}
				""".formatted(port, first, second));
	}

	@Test
	void routeClashesWithTheEcho() {
		assertThat(TestConfiguration.route("orders")
			.property("framegate.routes.orders.listen.port", 7101)
			.property("framegate.demo.echo-port", 7101)
			.problems()).extracting(Problem::message)
			.containsExactly("is taken by framegate.demo.echo-port on address 127.0.0.1");
	}

	@Test
	void streamIsAllowedInASession() {
		Route route = TestConfiguration.route("orders")
			.property("framegate.routes.orders.listen.framing", "stream")
			.property("framegate.routes.orders.upstream.framing", "length4")
			.onlyRoute();
		assertThat(route.listen().framing()).isEqualTo("stream");
	}

	static Stream<Arguments> contradictions() {
		String together = "is required: set both offset and length";
		return Stream.of( //
				arguments("mode: request-reply\nlisten.framing: stream", "listen.framing",
						"must not be stream in mode request-reply: a stream has no frames to match"),
				arguments("mode: request-reply\nupstream.framing: stream", "upstream.framing",
						"must not be stream in mode request-reply: a stream has no frames to match"),
				arguments("mode: one-way\nupstream.framing: stream", "upstream.framing",
						"must not be stream in mode one-way: clients share its connections"),
				arguments(CORRELATED, "upstream.correlation", "is required where sharing is correlated"),
				arguments(CORRELATED + "\nupstream.correlation: {offset: 0}", "upstream.correlation.length", together),
				arguments(CORRELATED + "\nupstream.correlation: {length: 2}", "upstream.correlation.offset", together),
				arguments(CORRELATED + "\nupstream.correlation: {regex-request: (a)}",
						"upstream.correlation.regex-reply", "is required: set both regex-request and regex-reply"),
				arguments(CORRELATED + "\nupstream.correlation: {rewrite: true}", "upstream.correlation",
						"must have either offset and length, or regex-request and regex-reply"),
				arguments(CORRELATED + "\nupstream.correlation: {regex-request: '(a', regex-reply: (a)}",
						"upstream.correlation.regex-request", "is not a regular expression: missing closing ) in (a"),
				arguments(CORRELATED + "\nupstream.correlation: {regex-request: (a), regex-reply: a}",
						"upstream.correlation.regex-reply", "needs a group, in parentheses, around the key"),
				arguments(CORRELATED + "\nupstream.correlation: {regex-request: (a)(b), regex-reply: (a)}",
						"upstream.correlation.regex-reply",
						"has 1 groups and regex-request has 2: both must have the same number"),
				arguments(CORRELATED
						+ "\nupstream.correlation: {regex-request: '(a)(?P<key>b)', regex-reply: (a)(b), rewrite: true}",
						"upstream.correlation.regex-reply",
						"has 2 groups: with rewrite, name the group to replace, (?P<key>...)"),
				arguments(CORRELATED + "\nupstream.correlation: {reply-when: a}", "upstream.correlation",
						"must have either offset and length, or regex-request and regex-reply"),
				arguments(CORRELATED + "\nupstream.correlation: {offset: 0, length: 2, key-range: 1-9}",
						"upstream.correlation.key-range", "applies only where rewrite is true"),
				arguments(
						CORRELATED
								+ "\nupstream.correlation: {offset: 0, length: 2, rewrite: true, key-range: 1-65536}",
						"upstream.correlation.key-range", "does not fit a key of 2 bytes: 65535 is the highest number"),
				arguments("mode: request-reply\nupstream.on-failure: reply", "upstream.on-failure-reply",
						"is required where on-failure is reply"),
				arguments("mode: request-reply\nupstream: {on-failure: reply, on-failure-reply: 'base64:?'}",
						"upstream.on-failure-reply", "is not base64 after 'base64:'"),
				arguments("mode: one-way\nupstream.heartbeat.interval: 1s", "upstream.heartbeat.send",
						"is required where the interval is not 0"),
				arguments("upstream.health-check.expect: PONG", "upstream.health-check.send",
						"is required where an answer is expected"),
				arguments("upstream.on-down: drain", "upstream.on-down",
						"drain requires a health check: set health-check.interval"),
				arguments("listen.tls.client-auth: need", "listen.tls.bundle", "is required"),
				arguments("upstream.tls.server-name: x", "upstream.tls.bundle", "is required"),
				arguments("upstream.tls.bundle: partner", "upstream.tls.bundle",
						"is not an SSL bundle: none is declared under spring.ssl.bundle"),
				arguments("upstream.targets: 'a:1, b:1, a:1'", "upstream.targets", "contains a target twice"));
	}

	@ParameterizedTest
	@MethodSource("contradictions")
	void propertiesMustGoTogether(String yaml, String key, String message) {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders:\n" + yaml.indent(2))
			.problemsIfAllWereBuilt()).extracting(Problem::property, Problem::message)
			.containsExactly(tuple("framegate.routes.orders." + key, message));
	}

	static Stream<Arguments> withoutEffect() {
		String exchanges = "applies only in mode request-reply";
		String correlated = "applies only where sharing is correlated";
		return Stream.of( //
				arguments("session", "sharing", "exclusive", exchanges),
				arguments("one-way", "sharing", "exclusive", exchanges),
				arguments("session", "on-failure", "close", exchanges),
				arguments("session", "pool.max-wait", "1s", "applies only in modes request-reply and one-way"),
				arguments("session", "heartbeat.interval", "0s",
						"applies only to permanent links: in mode one-way, or where sharing is ordered or correlated"),
				arguments("request-reply", "heartbeat.interval", "0s",
						"applies only to permanent links: in mode one-way, or where sharing is ordered or correlated"),
				arguments("one-way", "heartbeat.expect", "x", "is not allowed in mode one-way: there are no replies"),
				arguments("one-way", "pool.max-idle", "1s",
						"applies only where sharing is exclusive: other links are permanent"),
				arguments("one-way", "pool.rest", "1ms", "applies only where sharing is exclusive or ordered"),
				arguments("request-reply", "correlation", "{offset: 0, length: 2, rewrite: true}", correlated),
				arguments("request-reply", "correlation", "{offset: 0, length: 2, ordered: true}", correlated));
	}

	@ParameterizedTest
	@MethodSource("withoutEffect")
	void whatWouldHaveNoEffectIsRefused(String mode, String key, String value, String message) {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders:\n  mode: %s\n  upstream.%s: %s".formatted(mode, key, value))
			.problems()).singleElement().satisfies((problem) -> {
				assertThat(problem.property()).startsWith("framegate.routes.orders.upstream." + key.split("\\.")[0]);
				assertThat(problem.message()).isEqualTo(message);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered" })
	void keysMayCheckRepliesThatAreMatchedOtherwise(String sharing) {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders:\n  mode: request-reply\n  upstream: {sharing: %s, correlation: {offset: 0, length: 2}}"
				.formatted(sharing))
			.problems()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered" })
	void conditionAloneMayTellReplies(String sharing) {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders:\n  mode: request-reply\n  upstream: {sharing: %s, correlation: {reply-when: ^02}}"
				.formatted(sharing))
			.problems()).isEmpty();
	}

	@Test
	void listWithAGapIsRefused() {
		assertThat(TestConfiguration.empty()
			.property("framegate.routes.a.listen.port", 0)
			.property("framegate.routes.a.upstream.targets[1]", "b:1")
			.problems()).extracting(Problem::property, Problem::message)
			.containsExactly(tuple("framegate.routes.a.upstream.targets[1]",
					"is not the first of its list, and there is no framegate.routes.a.upstream.targets[0]"));
	}

	@ParameterizedTest
	@CsvSource({ "framegate.routes.orders.listen.port, ${nobody}, nobody",
			"framegate.routes.orders.upstream.targets, 'a:1,${HOST}:7101', HOST",
			"framegate.routes.orders.upstream.heartbeat.send, LOGON ${LOGON_PASSWORD}, LOGON_PASSWORD",
			"framegate.defaults.timeouts.idle, ${one:${two}}, two",
			"spring.security.oauth2.resourceserver.jwt.issuer-uri, ${ISSUER}, ISSUER",
			"management.server.port, ${PORT}, PORT" })
	void placeholderThatResolvesToNothingIsRefusedAndNamed(String property, String value, String name) {
		assertThat(TestConfiguration.route("orders").property(property, value).problems())
			.filteredOn((problem) -> problem.message().startsWith("refers to"))
			.singleElement()
			.satisfies((problem) -> {
				assertThat(problem.property()).isEqualTo(property);
				assertThat(problem.message())
					.startsWith("refers to " + name + ", and there is no such variable or property");
			});
	}

	@Test
	void placeholderOfAnEmptyVariableIsRefusedUnlessThatIsMeant() {
		String address = "framegate.routes.orders.upstream.source-address";
		assertThat(TestConfiguration.route("orders").variable("ADDRESS", "").property(address, "${ADDRESS}").problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(tuple(address, "refers to ADDRESS, which is empty (${ADDRESS:} where that is meant)"));
		assertThat(
				TestConfiguration.route("orders").variable("ADDRESS", "").property(address, "${ADDRESS:}").problems())
			.isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "${ADDRESS:${OTHER}}, 127.0.0.1", "${OTHER:${ADDRESS}}, 127.0.0.1",
			"${ADDRESS:${NOTHING}}, 127.0.0.1" })
	void defaultThatIsNotNeededMayBeMissing(String value, String address) {
		assertThat(TestConfiguration.route("orders")
			.variable("ADDRESS", address)
			.variable("NOTHING", "")
			.property("framegate.routes.orders.listen.address", value)
			.onlyRoute()
			.listen()
			.address()).isEqualTo(address);
	}

	@Test
	void placeholderMayBeMeantAsText() {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.routes.orders: {mode: one-way, upstream: {heartbeat: {interval: 1s, send: 'a \\${b}'}}}")
			.onlyRoute()
			.upstream()
			.heartbeat()
			.send()).isEqualTo("a ${b}");
	}

	@Test
	void placeholdersOfOthersAreLeftAlone() {
		assertThat(TestConfiguration.route("orders")
			.yaml("logging.pattern.console: '${LOG_PATTERN}'\nmy.text: 'Dear ${name}'")
			.variable("PS1", "${debian_chroot}")
			.problems()).isEmpty();
	}

	@Test
	void placeholdersThatLeadInACircleAreRefused() {
		assertThat(TestConfiguration.route("orders")
			.yaml("a: sesame${b}\nb: sesame${a}\nframegate.routes.orders.listen.port: sesame${a}")
			.problems()).singleElement()
			.extracting(Problem::message)
			.asString()
			.startsWith("has a placeholder that cannot be resolved: Circular placeholder reference")
			.doesNotContain("sesame");
	}

	@ParameterizedTest
	@CsvSource({ "framgate.management.users.ann.password, framgate", "framegates.routes.x.listen.port, framegates",
			"farmegate.routes.x.listen.port, farmegate" })
	void keyWhoseFirstWordIsAlmostTheGatewaysIsRefused(String key, String first) {
		assertThat(TestConfiguration.route("orders").property(key, "sesame").problems())
			.extracting(Problem::property, Problem::value, Problem::message)
			.containsExactly(tuple(first, null, "is not a known key. Did you mean 'framegate'?"));
	}

	@Test
	void allProblemsAreNamedAtOnce() {
		TestConfiguration configuration = TestConfiguration.empty().yaml("""
				framegate:
				  routes:
				    orders:
				      mode: sesion
				      listen:
				        port: abc
				        framing: crfl
				        bcklog: 5
				        tls: {bundle: edge}
				      upstream:
				        targets: [a, 'b:1', c]
				      timeouts: {idle: soon, idel: 1s}
				    empty:
				  defaults:
				    max-frame-size: huge
				  demo: {echo-port: -1}
				""");
		assertThat(configuration.problems()).extracting(Problem::property)
			.containsExactly("framegate.defaults.max-frame-size", "framegate.demo.echo-port",
					"framegate.routes.empty.listen.port", "framegate.routes.empty.upstream.targets",
					"framegate.routes.orders.listen.bcklog", "framegate.routes.orders.listen.framing",
					"framegate.routes.orders.listen.port", "framegate.routes.orders.listen.tls.bundle",
					"framegate.routes.orders.mode", "framegate.routes.orders.timeouts.idel",
					"framegate.routes.orders.timeouts.idle", "framegate.routes.orders.upstream.targets[0]",
					"framegate.routes.orders.upstream.targets[2]");
		assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(configuration::read)
			.withMessageContaining("framegate.routes.orders.listen.port = \"abc\": " + PORT + " (")
			.withMessageContaining("test.yml] - 6:15)");
	}

	@Test
	void failureAnalysisTellsPropertyValueOriginAndWhatIsAllowed() {
		InvalidConfigurationException failure = new InvalidConfigurationException(
				TestConfiguration.route("orders").yaml("framegate.routes.orders.listen.port: abc").problems());
		var analysis = new InvalidConfigurationFailureAnalyzer().analyze(new IllegalStateException(failure));
		assertThat(analysis.getDescription().lines().toList()).satisfies((lines) -> {
			assertThat(lines.get(0)).isEqualTo("The configuration of Framegate has a problem:");
			assertThat(lines.get(2)).isEqualTo("    Property: framegate.routes.orders.listen.port");
			assertThat(lines.get(3)).isEqualTo("    Value: \"abc\"");
			assertThat(lines.get(4)).startsWith("    Origin: ").endsWith("1:38");
			assertThat(lines.get(5)).isEqualTo("    Reason: " + PORT);
		});
		assertThat(analysis.getAction()).isEqualTo("Correct the property above and start again.");
	}

	@Test
	void failureAnalysisCountsProblems() {
		var analysis = new InvalidConfigurationFailureAnalyzer().analyze(new InvalidConfigurationException(
				List.of(new Problem("a", null, null, "is required"), new Problem("b", null, null, "is required"))));
		assertThat(analysis.getDescription()).startsWith("The configuration of Framegate has 2 problems:");
		assertThat(analysis.getAction()).isEqualTo("Correct the 2 properties above and start again.");
	}

}
