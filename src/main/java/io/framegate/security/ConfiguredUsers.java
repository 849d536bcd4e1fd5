package io.framegate.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.framegate.configuration.FramegateProperties;
import io.framegate.configuration.MetricsAccess;
import io.framegate.configuration.Role;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;

/**
 * Who may see and change what: the users of the last configuration. If none of them is an
 * operator, there is one with a password generated at the start. This bean keeps Spring
 * Boot from generating a user of its own. Any thread may call.
 */
public final class ConfiguredUsers implements ReactiveUserDetailsService {

	private static final Logger logger = LoggerFactory.getLogger(ConfiguredUsers.class);

	private static final String OPERATOR = "operator";

	private static final String DIGEST = "HmacSHA256";

	private static final int SECRET_BYTES = 18;

	/** Chooses a decoy: the same for a name each time, but not predictable. */
	private final SecretKeySpec key;

	private final @Nullable Known generated;

	private final @Nullable String generatedPassword;

	private volatile Settings settings;

	private volatile boolean declared;

	/**
	 * A user.
	 *
	 * @param name the name
	 * @param password the password's hash, with the prefix that says how it was made;
	 * {@code null} if only a certificate is a login
	 * @param roles what the user may do
	 */
	record Known(String name, @Nullable String password, List<GrantedAuthority> roles) {

		/** Without the password. */
		@Override
		public String toString() {
			return this.name + " " + this.roles;
		}

	}

	/**
	 * The configured access.
	 *
	 * @param users the users by name, including the generated one
	 * @param metrics who may read metrics
	 * @param open whether everybody may read
	 */
	private record Settings(Map<String, Known> users, MetricsAccess metrics, boolean open) {

	}

	/**
	 * Takes the users.
	 * @param properties the configuration
	 * @param tokens whether operators may use tokens, so that no user is generated
	 */
	ConfiguredUsers(FramegateProperties.Management properties, boolean tokens) {
		byte[] secret = new byte[32];
		SecureRandom random = new SecureRandom();
		random.nextBytes(secret);
		this.key = new SecretKeySpec(secret, DIGEST);
		if (isOperated(properties) || tokens || properties.users().containsKey(OPERATOR)) {
			this.generatedPassword = null;
			this.generated = null;
		}
		else {
			byte[] made = new byte[SECRET_BYTES];
			random.nextBytes(made);
			this.generatedPassword = Base64.getUrlEncoder().encodeToString(made);
			this.generated = known(OPERATOR, "{noop}" + this.generatedPassword, List.of(Role.OPERATOR));
			logger.warn("Using generated password for the user '{}': {} (declare an operator under"
					+ " framegate.management.users to have one of your own)", OPERATOR, this.generatedPassword);
		}
		this.settings = new Settings(Map.of(), MetricsAccess.OPEN, false);
		take(properties);
	}

	/**
	 * Takes a changed configuration. Users that are no longer in it lose their roles.
	 * @param properties the new configuration
	 */
	void take(FramegateProperties.Management properties) {
		Settings now = settings(properties);
		this.declared |= !properties.users().isEmpty();
		if (now.open() && !this.settings.open()) {
			logger.warn("framegate.management.open is true: everybody who reaches the management port can read");
		}
		this.settings = now;
	}

	private static boolean isOperated(FramegateProperties.Management properties) {
		return properties.users().values().stream().anyMatch((user) -> user.roles().contains(Role.OPERATOR));
	}

	private Settings settings(FramegateProperties.Management properties) {
		Map<String, Known> users = new LinkedHashMap<>();
		if (this.generated != null && !isOperated(properties)) {
			users.put(OPERATOR, this.generated);
		}
		properties.users().forEach((name, user) -> users.put(name, known(name, user.encodedPassword(), user.roles())));
		return new Settings(Map.copyOf(users), properties.metrics(), properties.open());
	}

	private static Known known(String name, @Nullable String password, List<Role> roles) {
		return new Known(name, password, AuthorityUtils
			.createAuthorityList(roles.stream().map((role) -> "ROLE_" + role.label()).toArray(String[]::new)));
	}

	/**
	 * Whether reading on this machine needs credentials, because users are or were
	 * configured.
	 */
	boolean areDeclared() {
		return this.declared;
	}

	boolean isOpen() {
		return this.settings.open();
	}

	boolean areMetricsOpen() {
		return this.settings.metrics() == MetricsAccess.OPEN;
	}

	/**
	 * Whether any user exists who can log in with a password.
	 */
	boolean havePasswords() {
		return this.settings.users().values().stream().anyMatch((user) -> user.password() != null);
	}

	/**
	 * The generated password of the user {@code operator}.
	 * @return the password, or {@code null} if an operator is declared
	 */
	public @Nullable String generatedPassword() {
		return this.generatedPassword;
	}

	@Nullable Known find(String name) {
		return this.settings.users().get(name);
	}

	/**
	 * The hash that an unknown user's password is compared to, so that the check takes as
	 * long as for a known user. It is the hash of any user, the same one for a name each
	 * time.
	 * @param name an unknown name
	 * @return a hash
	 */
	String decoy(String name) {
		List<String> hashes = this.settings.users()
			.values()
			.stream()
			.flatMap((user) -> Stream.ofNullable(user.password()))
			.sorted()
			.toList();
		if (hashes.isEmpty()) {
			return "{noop}";
		}
		try {
			Mac mac = Mac.getInstance(DIGEST);
			mac.init(this.key);
			byte[] digest = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
			return hashes.get(Math.floorMod((digest[0] << 8) | (digest[1] & 0xFF), hashes.size()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every JVM has " + DIGEST, ex);
		}
	}

	@Override
	public Mono<UserDetails> findByUsername(String name) {
		Known user = find(name);
		return (user == null || user.password() == null) ? Mono.empty()
				: Mono.just(User.withUsername(name).password(user.password()).authorities(user.roles()).build());
	}

}
