package io.framegate.configuration;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * The SSL bundles that are declared under {@code spring.ssl.bundle}.
 */
final class KnownBundles {

	/** Whether each has a certificate of its own. */
	private final Map<String, Boolean> names = new TreeMap<>();

	/** Spring Boot refuses them itself, with a better message. */
	private boolean unreadable;

	KnownBundles(ConfigurableEnvironment environment) {
		try {
			SslProperties.Bundles bundles = Binder.get(environment)
				.bindOrCreate("spring.ssl", SslProperties.class)
				.getBundle();
			bundles.getPem()
				.forEach((name, bundle) -> this.names.put(name, bundle.getKeystore().getCertificate() != null));
			bundles.getJks()
				.forEach((name, bundle) -> this.names.put(name, bundle.getKeystore().getLocation() != null));
		}
		catch (BindException ex) {
			this.unreadable = true;
		}
	}

	/**
	 * Why a bundle cannot be used.
	 * @param name its name
	 * @param own whether it must have a certificate of its own
	 * @return the end of a sentence, or {@code null}
	 */
	@Nullable String refusal(String name, boolean own) {
		if (this.unreadable) {
			return null;
		}
		Boolean certified = this.names.get(name);
		if (certified == null) {
			return this.names.isEmpty() ? "is not an SSL bundle: none is declared under spring.ssl.bundle"
					: "is not an SSL bundle; declared under spring.ssl.bundle: "
							+ String.join(", ", this.names.keySet())
							+ Suggestions.suggestion(name, this.names.keySet());
		}
		return (own && !certified) ? "has no certificate of its own to show: its keystore is not set" : null;
	}

}
