package io.framegate.tls;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * What a bundle holds, read whole at one time: what comes from two files fits together.
 *
 * @param keys its own certificates
 * @param trust the authorities that it trusts
 * @param certificates the certificates of its own chains
 * @param ciphers the cipher suites that it allows, {@code null} for the JDK's
 * @param protocols the versions of TLS that it allows, {@code null} for 1.3 and 1.2
 */
record KeyMaterial(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust, List<X509Certificate> certificates,
		String @Nullable [] ciphers, String @Nullable [] protocols) {

	/**
	 * Reads a bundle.
	 * @param bundle the bundle
	 * @return what it holds
	 * @throws IllegalStateException if that cannot be used
	 */
	static KeyMaterial of(SslBundle bundle) {
		return new KeyMaterial(one(X509ExtendedKeyManager.class, bundle.getManagers().getKeyManagers()),
				one(X509ExtendedTrustManager.class, bundle.getManagers().getTrustManagers()), certificates(bundle),
				bundle.getOptions().getCiphers(), bundle.getOptions().getEnabledProtocols());
	}

	private static <T> T one(Class<T> type, Object[] managers) {
		return Stream.of(managers)
			.filter(type::isInstance)
			.map(type::cast)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("no " + type.getSimpleName()));
	}

	private static List<X509Certificate> certificates(SslBundle bundle) {
		KeyStore store = bundle.getStores().getKeyStore();
		List<X509Certificate> all = new ArrayList<>();
		if (store == null) {
			return all;
		}
		String password = bundle.getKey().getPassword();
		if (password == null) {
			password = bundle.getStores().getKeyStorePassword();
		}
		try {
			for (String alias : Collections.list(store.aliases())) {
				if (store.isKeyEntry(alias)) {
					Certificate[] chain = store.getCertificateChain(alias);
					Key key = store.getKey(alias, (password != null) ? password.toCharArray() : null);
					checkPair(chain[0], key);
					Stream.of(chain)
						.filter(X509Certificate.class::isInstance)
						.map(X509Certificate.class::cast)
						.forEach(all::add);
				}
			}
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
		return List.copyOf(all);
	}

	/**
	 * While files are replaced one after the other, a key may be read with the
	 * certificate of another.
	 */
	private static void checkPair(Certificate certificate, Key key) throws GeneralSecurityException {
		String algorithm = switch (key.getAlgorithm()) {
			case "RSA" -> "SHA256withRSA";
			case "EC" -> "SHA256withECDSA";
			default -> null;
		};
		if (algorithm != null && key instanceof PrivateKey own) {
			Signature signature = Signature.getInstance(algorithm);
			signature.initSign(own);
			signature.update((byte) 1);
			byte[] signed = signature.sign();
			boolean fits = certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm());
			if (fits) {
				signature.initVerify(certificate.getPublicKey());
				signature.update((byte) 1);
				fits = signature.verify(signed);
			}
			if (!fits) {
				throw new IllegalStateException("the private key does not belong to the certificate");
			}
		}
	}

}
