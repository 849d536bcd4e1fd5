package io.framegate.configuration;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A user.
 *
 * @param password The password's hash as Spring Security writes it, such as
 * {bcrypt}$2a$... or the bcrypt hash alone. In plain text only from an environment
 * variable. Required, unless server.ssl.client-auth asks for certificates: without a
 * password, only a certificate that names the user is a login.
 * @param roles What the user may do: viewer sees everything, operator changes it, too,
 * and tap watches frames.
 */
public record UserProperties(@DefaultValue("") String password, @DefaultValue("viewer") List<Role> roles) {

	public UserProperties {
		roles = List.copyOf(roles);
	}

	void check(Report at) {
		at.password("password");
	}

	/**
	 * The password with the prefix that says how it was hashed.
	 * @return what Spring Security's delegating encoder compares to, or {@code null} if
	 * the user has none
	 */
	public @Nullable String encodedPassword() {
		return this.password.isEmpty() ? null : PasswordRule.prefixed(this.password);
	}

	/** Without the password. */
	@Override
	public String toString() {
		return "UserProperties[roles=" + this.roles + "]";
	}

}
