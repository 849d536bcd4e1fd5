package io.framegate.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ssl.SslBundle;

/**
 * An SSL bundle as it was last readable. Any thread may call.
 */
final class TlsBundle {

	/** A certificate that expires sooner is worth a word. */
	private static final Duration SOON = Duration.ofDays(14);

	private static final Logger logger = LoggerFactory.getLogger(TlsBundle.class);

	private final String name;

	private volatile KeyMaterial material;

	private volatile @Nullable String fault;

	TlsBundle(String name, SslBundle bundle) {
		this.name = name;
		try {
			this.material = KeyMaterial.of(bundle);
		}
		catch (RuntimeException ex) {
			throw new UnusableBundleException(name, String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * The bundle was updated. One that cannot be read changes nothing: what was read
	 * before is still used.
	 * @param updated the bundle
	 */
	void update(SslBundle updated) {
		try {
			this.material = KeyMaterial.of(updated);
			this.fault = null;
			logger.info("SSL bundle '{}' was reloaded: new connections use it{}", this.name,
					expires().map((when) -> "; its certificate is valid until " + when).orElse(""));
		}
		catch (RuntimeException ex) {
			this.fault = String.valueOf(ex.getMessage());
			logger.error("SSL bundle '{}' cannot be reloaded, and stays as it was: {}", this.name, ex.getMessage());
			logger.debug("SSL bundle '{}'", this.name, ex);
		}
	}

	KeyMaterial material() {
		return this.material;
	}

	public String name() {
		return this.name;
	}

	/**
	 * Why its last update was not taken.
	 * @return a message, or {@code null}
	 */
	public @Nullable String fault() {
		return this.fault;
	}

	/**
	 * When the first certificate of its own chains expires.
	 * @return the time, empty if it has no certificate of its own
	 */
	public Optional<Instant> expires() {
		return this.material.certificates()
			.stream()
			.map((certificate) -> certificate.getNotAfter().toInstant())
			.min(Comparator.naturalOrder());
	}

	/**
	 * How many whole days are left until then.
	 * @return days, negative once it has expired
	 */
	public Optional<Long> daysLeft() {
		return expires().map((when) -> Math.floorDiv(Duration.between(Instant.now(), when).toSeconds(), 86_400L));
	}

	/**
	 * Whether a certificate of its own expires within 14 days, or has expired.
	 */
	public boolean isExpiring() {
		return expires().filter((when) -> when.isBefore(Instant.now().plus(SOON))).isPresent();
	}

}
