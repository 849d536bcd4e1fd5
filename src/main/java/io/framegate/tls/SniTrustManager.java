package io.framegate.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a client as the bundle does that belongs to the name it asked for.
 */
final class SniTrustManager extends X509ExtendedTrustManager {

	private final ByServerName<KeyMaterial> choice;

	SniTrustManager(ByServerName<KeyMaterial> choice) {
		this.choice = choice;
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		this.choice.of(engine.getHandshakeSession()).trust().checkClientTrusted(chain, authType, engine);
	}

	@Override
	public X509Certificate[] getAcceptedIssuers() {
		return Stream.concat(Stream.of(this.choice.fallback()), this.choice.byName().values().stream())
			.flatMap((material) -> Stream.of(material.trust().getAcceptedIssuers()))
			.distinct()
			.toArray(X509Certificate[]::new);
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
			throws CertificateException {
		throw new CertificateException("Only engines are served");
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		throw new CertificateException("Only engines are served");
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
			throws CertificateException {
		throw new CertificateException("Only clients are checked");
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		throw new CertificateException("Only clients are checked");
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		throw new CertificateException("Only clients are checked");
	}

}
