package io.framegate.configuration;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

class UsersTests {

	private static final String HASH = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

	private static final String ANN = "framegate.management.users.ann.password";

	private static final String ANN_VARIABLE = "FRAMEGATE_MANAGEMENT_USERS_ANN_PASSWORD";

	@Test
	void usersAreReadFromAFile() {
		FramegateProperties properties = TestConfiguration.empty().yaml("""
				framegate:
				  management:
				    users:
				      ann:
				        password: "{bcrypt}%1$s"
				      "[Bob@example.org]":
				        password: "%1$s"
				        roles: [operator, viewer]
				""".formatted(HASH)).read();
		Map<String, UserProperties> users = properties.management().users();
		assertThat(users).containsOnlyKeys("ann", "Bob@example.org");
		assertThat(users.get("ann").roles()).containsExactly(Role.VIEWER);
		assertThat(users.get("ann").encodedPassword()).isEqualTo("{bcrypt}" + HASH);
		assertThat(users.get("Bob@example.org").roles()).containsExactly(Role.OPERATOR, Role.VIEWER);
		assertThat(users.get("Bob@example.org").encodedPassword()).isEqualTo("{bcrypt}" + HASH);
		assertThat(properties.toString()).doesNotContain(HASH);
	}

	@Test
	void passwordInPlainMayComeFromAVariable() {
		Map<String, UserProperties> users = TestConfiguration.empty()
			.yaml("""
					framegate.management.users:
					  ops-team.roles: operator
					  Carol.roles: operator
					""")
			.variables(Map.of("FRAMEGATE_MANAGEMENT_USERS_OPS_TEAM_PASSWORD", "open {sesame}",
					"FRAMEGATE_MANAGEMENT_USERS_CAROL_PASSWORD", "{noop}x", //
					"FRAMEGATE_MANAGEMENT_USERS_DAVE_PASSWORD", HASH, //
					"FRAMEGATE_MANAGEMENT_USERS_DAVE_ROLES", "viewer,operator"))
			.read()
			.management()
			.users();
		assertThat(users).containsOnlyKeys("ops-team", "Carol", "dave");
		assertThat(users.get("ops-team").encodedPassword()).isEqualTo("{noop}open {sesame}");
		assertThat(users.get("ops-team").roles()).containsExactly(Role.OPERATOR);
		assertThat(users.get("Carol").encodedPassword()).isEqualTo("{noop}x");
		assertThat(users.get("dave").encodedPassword()).isEqualTo("{bcrypt}" + HASH);
		assertThat(users.get("dave").roles()).containsExactly(Role.VIEWER, Role.OPERATOR);
	}

	@Test
	void passwordMayReferToAVariable() {
		assertThat(TestConfiguration.empty()
			.property(ANN, "${ANNS_PASSWORD}")
			.variable("ANNS_PASSWORD", "sesame")
			.read()
			.management()
			.users()
			.get("ann")
			.encodedPassword()).isEqualTo("{noop}sesame");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					sesame               | must be a hash, such as {bcrypt}$2a$10$..., unless it comes from an environment variable
					{noop}sesame         | must be a hash, such as {bcrypt}$2a$10$..., unless it comes from an environment variable
					{MD5}0123            | has an unknown prefix: must be one of {bcrypt}, {pbkdf2}, {pbkdf2@SpringSecurity_v5_8}, {sha256}, {SHA-256}
					$2a$10$short         | is not a bcrypt hash
					{bcrypt}sesame       | is not a bcrypt hash
					""")
	void passwordInPlainOrBrokenIsRefusedAndNotRepeated(String password, String message) {
		List<Problem> problems = TestConfiguration.empty().property(ANN, password).problems();
		assertThat(problems).singleElement().satisfies((problem) -> {
			assertThat(problem.property()).isEqualTo(ANN);
			assertThat(problem.message()).startsWith(message);
			assertThat(problem.value()).isNull();
		});
	}

	@Test
	void brokenHashFromAVariableIsNoPlainPassword() {
		assertThat(TestConfiguration.empty().variable(ANN_VARIABLE, "$2a$10$").problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.message()).startsWith("is not a bcrypt hash"));
	}

	@Test
	void passwordIsRequired() {
		assertThat(TestConfiguration.empty().property("framegate.management.users.ann.roles", "viewer").problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(org.assertj.core.groups.Tuple.tuple(ANN, "is required"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{ann: }", "{ann: {}}", "{ann: {password: }}", "{ann: {password: ''}}",
			"{ann: {roles: operator}}", "{ann: {password: '${PW:}'}}" })
	void userWithoutAPasswordIsRefused(String users) {
		assertThat(TestConfiguration.empty().yaml("framegate.management.users: " + users).problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(org.assertj.core.groups.Tuple.tuple(ANN, "is required"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.ssl.client-auth=want", "server.ssl.client-auth=NEED",
			"management.server.ssl.client-auth=need" })
	void userWithoutAPasswordMayHaveACertificate(String property) {
		String[] asked = property.split("=");
		UserProperties ann = TestConfiguration.empty()
			.yaml("framegate.management.users: {ann: {roles: operator}}")
			.property(asked[0], asked[1])
			.read()
			.management()
			.users()
			.get("ann");
		assertThat(ann.roles()).containsExactly(Role.OPERATOR);
		assertThat(ann.encodedPassword()).isNull();
	}

	@Test
	void userWithoutAPasswordNeedsAServerThatAsksForCertificates() {
		assertThat(TestConfiguration.empty()
			.yaml("framegate.management.users: {ann: {roles: operator}}")
			.property("server.ssl.client-auth", "none")
			.problems()).extracting(Problem::property, Problem::message)
			.containsExactly(org.assertj.core.groups.Tuple.tuple(ANN, "is required"));
	}

	@Test
	void emptyVariableIsNoPassword() {
		assertThat(TestConfiguration.empty().variable(ANN_VARIABLE, "").problems())
			.extracting(Problem::property, Problem::message)
			.containsExactly(org.assertj.core.groups.Tuple.tuple(ANN, "is required"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "${ANNS_PASSWORD}", "sesame${ANNS_PASSWORD}", "{noop}${ANNS_PASSWORD}" })
	void passwordOfAVariableThatIsNotSetIsRefused(String password) {
		assertThat(TestConfiguration.empty().property(ANN, password).problems()).singleElement()
			.satisfies((problem) -> {
				assertThat(problem.property()).isEqualTo(ANN);
				assertThat(problem.value()).isNull();
				assertThat(problem.message()).startsWith("refers to ANNS_PASSWORD, and there is no such variable");
				assertThat(problem.toString()).doesNotContain("sesame");
			});
	}

	@Test
	void unknownRoleIsRefused() {
		List<Problem> problems = TestConfiguration.empty()
			.property(ANN, HASH)
			.property("framegate.management.users.ann.roles", "viewer,operater")
			.problems();
		assertThat(problems).singleElement().satisfies((problem) -> {
			assertThat(problem.property()).isEqualTo("framegate.management.users.ann.roles[1]");
			assertThat(problem.value()).isEqualTo("operater");
			assertThat(problem.message()).isEqualTo("must be one of viewer, operator, tap. Did you mean 'operator'?");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "framegate.management.users.ann.passwrod", "framegate.management.user.ann.password",
			"FRAMEGATE_MANAGEMENT_USERS_ANN_PASSWROD", "FRAMEGATE_MANAGEMENT_USER_ANN_PASSWORD" })
	void mistypedKeyDoesNotTellThePassword(String key) {
		TestConfiguration configuration = TestConfiguration.empty();
		List<Problem> problems = (key.startsWith("F") ? configuration.variable(key, "sesame")
				: configuration.property(key, "sesame"))
			.problems();
		assertThat(problems).isNotEmpty()
			.allSatisfy((problem) -> assertThat(problem.toString()).doesNotContain("sesame"));
	}

	@Test
	void nameWithAColonIsRefused() {
		assertThat(TestConfiguration.empty().property("framegate.management.users[a:b].password", HASH).problems())
			.singleElement()
			.satisfies((problem) -> assertThat(problem.message()).startsWith("a user's name must not contain a colon"));
	}

	@Test
	void userAndRouteMayHaveTheSameName() {
		FramegateProperties properties = TestConfiguration.route("orders")
			.property("framegate.management.users.Orders.password", HASH)
			.variables(Map.of("FRAMEGATE_ROUTES_ORDERS_LISTEN_PORT", "7009", //
					"FRAMEGATE_MANAGEMENT_USERS_ORDERS_ROLES", "operator"))
			.read();
		assertThat(properties.allRoutes()).extracting((route) -> route.listen().port()).containsExactly(7009);
		assertThat(properties.management().users()).hasEntrySatisfying("Orders",
				(user) -> assertThat(user.roles()).containsExactly(Role.OPERATOR));
	}

	@Test
	void springBootsOwnUserIsRefused() {
		assertThat(TestConfiguration.empty().property("spring.security.user.password", "sesame").problems())
			.extracting(Problem::property, Problem::value)
			.containsExactly(org.assertj.core.groups.Tuple.tuple("spring.security.user.password", null));
	}

	@Test
	void variablesOfKubernetesServicesAreLeftAlone() {
		assertThat(TestConfiguration.empty()
			.variables(Map.ofEntries(entry("FRAMEGATE_MANAGEMENT_PORT", "tcp://10.0.0.1:8080"),
					entry("FRAMEGATE_MANAGEMENT_SERVICE_HOST", "10.0.0.1"),
					entry("FRAMEGATE_MANAGEMENT_SERVICE_PORT_HTTP", "8080"),
					entry("FRAMEGATE_MANAGEMENT_PORT_8080_TCP_ADDR", "10.0.0.1")))
			.problems()).isEmpty();
	}

}
