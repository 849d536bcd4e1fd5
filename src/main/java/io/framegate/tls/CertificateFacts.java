package io.framegate.tls;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How long the certificates of a bundle that a route uses are valid.
 *
 * @param bundle the bundle's name
 * @param expires when the first of them expires, {@code null} if it has none of its own
 * @param daysLeft how many whole days are left until then, negative once it has expired
 * @param expiring whether that is within 14 days
 * @param fault why the bundle's last update was not taken, or {@code null}
 */
public record CertificateFacts(String bundle, @Nullable Instant expires, @Nullable Long daysLeft, boolean expiring,
		@Nullable String fault) {

	static CertificateFacts of(TlsBundle bundle) {
		return new CertificateFacts(bundle.name(), bundle.expires().orElse(null), bundle.daysLeft().orElse(null),
				bundle.isExpiring(), bundle.fault());
	}

	/**
	 * What is to be done.
	 * @return a sentence, or {@code null} if all is well
	 */
	public @Nullable String advice() {
		if (this.fault != null) {
			return "SSL bundle '%s' cannot be reloaded, and stays as it was: %s".formatted(this.bundle, this.fault);
		}
		if (!this.expiring || this.daysLeft == null) {
			return null;
		}
		return (this.daysLeft < 0)
				? "The certificate of SSL bundle '%s' has expired on %s: renew it".formatted(this.bundle, this.expires)
				: "The certificate of SSL bundle '%s' expires in %d days, on %s: renew it".formatted(this.bundle,
						this.daysLeft, this.expires);
	}

}
