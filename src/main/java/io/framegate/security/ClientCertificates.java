package io.framegate.security;

import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerSslBundle;
import org.springframework.core.env.Environment;

/**
 * Whether certificates of clients prove anything.
 */
final class ClientCertificates {

	private static final Logger logger = LoggerFactory.getLogger(ClientCertificates.class);

	private ClientCertificates() {
	}

	/**
	 * Whether the web server of the endpoints asks for certificates and checks them
	 * against authorities of its own. Without a trust store, the JVM's would be trusted,
	 * so anybody could buy a certificate.
	 * @param environment holds the server's properties
	 * @param bundles the SSL bundles
	 */
	static boolean areTrusted(Environment environment, SslBundles bundles) {
		String server = (ManagementPortType.get(environment) == ManagementPortType.DIFFERENT) ? "management.server"
				: "server";
		Ssl ssl = Binder.get(environment).bind(server + ".ssl", Ssl.class).orElse(null);
		if (ssl == null || !Ssl.isEnabled(ssl) || ssl.getClientAuth() == null
				|| ssl.getClientAuth() == Ssl.ClientAuth.NONE) {
			return false;
		}
		Stream<SslBundle> named = ssl.getServerNameBundles().stream().map((each) -> bundles.getBundle(each.bundle()));
		boolean trusted = Stream.concat(Stream.of(WebServerSslBundle.get(ssl, bundles)), named)
			.allMatch((bundle) -> bundle.getStores().getTrustStore() != null);
		if (!trusted) {
			logger.warn("{}.ssl asks for certificates without a trust store, so nobody can log in with one", server);
		}
		return trusted;
	}

}
