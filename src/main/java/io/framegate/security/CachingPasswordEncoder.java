package io.framegate.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Remembers passwords that were right. HTTP Basic sends one with each request, and bcrypt
 * takes a tenth of a second of CPU that belongs to the routes. It keeps a keyed digest;
 * the key lives as long as the process. Any thread may call.
 */
final class CachingPasswordEncoder implements PasswordEncoder {

	private static final String DIGEST = "HmacSHA256";

	private final PasswordEncoder encoder;

	private final SecretKeySpec key;

	/** The digest of the right password, by the configured hash: one for each user. */
	private final Map<String, byte[]> right = new ConcurrentHashMap<>();

	CachingPasswordEncoder(PasswordEncoder encoder) {
		this.encoder = encoder;
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		this.key = new SecretKeySpec(random, DIGEST);
	}

	/**
	 * Whether this was the right password before. Takes microseconds.
	 * @param raw the password
	 * @param encoded the configured hash
	 */
	boolean isSeen(CharSequence raw, String encoded) {
		byte[] seen = this.right.get(encoded);
		return MessageDigest.isEqual((seen != null) ? seen : new byte[0], digest(raw)) && seen != null;
	}

	@Override
	public boolean matches(@Nullable CharSequence raw, @Nullable String encoded) {
		if (raw == null || encoded == null) {
			return false;
		}
		if (isSeen(raw, encoded)) {
			return true;
		}
		boolean matches = this.encoder.matches(raw, encoded);
		if (matches) {
			this.right.put(encoded, digest(raw));
		}
		return matches;
	}

	private byte[] digest(CharSequence raw) {
		try {
			Mac mac = Mac.getInstance(DIGEST);
			mac.init(this.key);
			return mac.doFinal(raw.toString().getBytes(StandardCharsets.UTF_8));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every JVM has " + DIGEST, ex);
		}
	}

	@Override
	public @Nullable String encode(@Nullable CharSequence raw) {
		return this.encoder.encode(raw);
	}

}
