package io.framegate.route;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may see and change the gateway over HTTP.
 *
 * @param users Users by name. Where there is none, everybody may see everything and
 * changes come from this machine alone.
 */
public record ManagementProperties(@DefaultValue Map<String, User> users) {

	public ManagementProperties {
		users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
	}

	void check(Report at) {
		Report usersReport = at.at("users");
		this.users.forEach((name, user) -> {
			Report userReport = usersReport.at(name);
			if (name.indexOf(':') >= 0 || name.isBlank()) {
				userReport.refuse("", "a user's name cannot have a colon: HTTP Basic ends the name there");
			}
			user.check(userReport);
		});
	}

	/**
	 * A user.
	 *
	 * @param password The password's hash as Spring Security writes it, such as
	 * {bcrypt}$2a$... or the bcrypt hash alone. In plain only from an environment
	 * variable. Required.
	 * @param roles What the user may do: viewer sees everything, operator changes it,
	 * too.
	 */
	public record User(@DefaultValue("") String password, @DefaultValue("viewer") List<Role> roles) {

		public User {
			roles = List.copyOf(roles);
		}

		void check(Report at) {
			at.password("password");
		}

		/**
		 * The password with the prefix that says how it was hashed.
		 * @return what Spring Security's delegating encoder compares to
		 */
		public String encodedPassword() {
			return Password.prefixed(this.password);
		}

		/** Without the password. */
		@Override
		public String toString() {
			return "User[roles=" + this.roles + "]";
		}

	}

}
