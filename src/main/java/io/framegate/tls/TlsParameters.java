package io.framegate.tls;

import java.security.GeneralSecurityException;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * What servers and clients have in common.
 */
final class TlsParameters {

	private static final String[] PROTOCOLS = { "TLSv1.3", "TLSv1.2" };

	private TlsParameters() {
	}

	static SSLContext context(KeyManager keys, TrustManager trust) {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(new KeyManager[] { keys }, new TrustManager[] { trust }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Allows what a bundle allows, and no old version of TLS unless it says so.
	 */
	static void restrict(SSLParameters parameters, KeyMaterial material, List<String> applicationProtocols) {
		String[] protocols = material.protocols();
		parameters.setProtocols((protocols != null) ? protocols : PROTOCOLS);
		String[] ciphers = material.ciphers();
		if (ciphers != null) {
			parameters.setCipherSuites(ciphers);
		}
		if (!applicationProtocols.isEmpty()) {
			parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
		}
	}

}
