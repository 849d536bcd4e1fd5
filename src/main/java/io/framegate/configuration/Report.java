package io.framegate.configuration;

import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.framegate.framing.Framings;
import io.framegate.framing.Presets;
import io.framegate.route.Payload;
import io.framegate.route.Validation;
import io.framegate.tls.SubjectPatterns;
import org.jspecify.annotations.Nullable;

/**
 * Takes problems with the properties of one group. A property is reported once.
 */
final class Report implements Validation {

	private final Problems problems;

	private final Settings settings;

	private final KnownBundles bundles;

	private final String group;

	Report(Problems problems, Settings settings, KnownBundles bundles, String group) {
		this.problems = problems;
		this.settings = settings;
		this.bundles = bundles;
		this.group = group;
	}

	@Override
	public Report at(String key) {
		return new Report(this.problems, this.settings, this.bundles, Settings.child(this.group, key));
	}

	@Override
	public void refuse(String key, String message) {
		String property = property(key);
		Setting setting = this.settings.get(property);
		// a problem with an inherited value is reported where it was set
		if (!refused(key) && (setting == null || setting.property().equals(property))) {
			this.problems.add(property, setting, message);
		}
	}

	@Override
	public void refuseIfSet(String key, String message) {
		this.settings.firstAt(property(key)).ifPresent((setting) -> refuse(key, message));
	}

	@Override
	public boolean refused(String key) {
		return this.problems.anyAt(property(key));
	}

	@Override
	public void required(String key) {
		if (this.settings.get(property(key)) == null) {
			refuse(key, "is required");
		}
	}

	@Override
	public void host(String key, String text) {
		if (!text.matches("[A-Za-z0-9._%:-]+")) {
			refuse(key, "must be a local IP address or host name, such as 0.0.0.0, 127.0.0.1 or ::1");
		}
	}

	@Override
	public void address(String key, String text) {
		try {
			InetAddress.ofLiteral(text);
		}
		catch (IllegalArgumentException ex) {
			refuse(key, "must be an IP address of this machine");
		}
	}

	@Override
	public void payload(String key, @Nullable String text) {
		if (text != null) {
			try {
				new Payload(text).bytes();
			}
			catch (IllegalArgumentException ex) {
				refuse(key, "is not base64 after 'base64:'");
			}
		}
	}

	/**
	 * Checks a password: a hash, or plain text from an environment variable. It may be
	 * missing if users can log in by certificate.
	 * @param key the property
	 */
	void password(String key) {
		if (this.settings.isPasswordRequired()) {
			required(key);
		}
		Setting setting = this.settings.get(property(key));
		if (setting != null) {
			String message = PasswordRule.refusal(setting);
			if (message != null) {
				refuse(key, message);
			}
		}
	}

	@Override
	public void bundle(String key, @Nullable String name, boolean own) {
		required(key);
		String refusal = (name != null && !name.isBlank()) ? this.bundles.refusal(name, own) : null;
		if (refusal != null) {
			refuse(key, refusal);
		}
	}

	@Override
	public void subjects(String key, List<String> patterns) {
		for (int i = 0; i < patterns.size(); i++) {
			try {
				new SubjectPatterns(List.of(patterns.get(i)));
			}
			catch (IllegalArgumentException ex) {
				refuse(key + "[" + i + "]", String.valueOf(ex.getMessage()));
			}
		}
	}

	@Override
	public void framing(String name, boolean lengthIncludesHeader) {
		if (name.startsWith(Framings.BEAN)) {
			if (name.substring(Framings.BEAN.length()).isBlank()) {
				refuse("framing", "needs the name of a serializer bean after 'bean:'");
			}
		}
		else if (!isFraming(name)) {
			Set<String> declared = this.settings.framings();
			Set<String> known = new LinkedHashSet<>(Framings.NAMES);
			known.addAll(declared);
			known.addAll(Presets.ALL.keySet());
			refuse("framing",
					"must be one of %s, a preset (%s), a name declared under framegate.framings%s, or bean:<name>%s"
						.formatted(String.join(", ", Framings.NAMES), String.join(", ", Presets.ALL.keySet()),
								declared.isEmpty() ? "" : " (" + String.join(", ", declared) + ")",
								Suggestions.suggestion(name, known)));
		}
		if (lengthIncludesHeader && !Framings.hasLength(name)) {
			refuse("length-includes-header", "applies only to the framings length1, length2 and length4");
		}
	}

	private boolean isFraming(String name) {
		return Framings.NAMES.contains(name) || Presets.ALL.containsKey(name)
				|| this.settings.framings().contains(name);
	}

	private String property(String key) {
		if (key.endsWith("]")) {
			return this.group + "." + key;
		}
		return key.isEmpty() ? this.group : Settings.child(this.group, key);
	}

}
