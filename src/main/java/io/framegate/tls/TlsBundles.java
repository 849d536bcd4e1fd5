package io.framegate.tls;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.framegate.route.Listen;
import io.framegate.route.Upstream;

import org.springframework.boot.ssl.SslBundles;

/**
 * The SSL bundles that routes use, as they are now: a bundle that is updated is used for
 * new connections. Any thread may call.
 */
public final class TlsBundles {

	/** Clients could otherwise make the gateway calculate for nothing (TLS 1.2). */
	private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

	static {
		if (System.getProperty(NO_RENEGOTIATION) == null) {
			System.setProperty(NO_RENEGOTIATION, "true");
		}
	}

	private final SslBundles bundles;

	private final Map<String, TlsBundle> used = new ConcurrentHashMap<>();

	public TlsBundles(SslBundles bundles) {
		this.bundles = bundles;
	}

	/**
	 * What a listener needs.
	 * @param settings its settings
	 * @return makes an engine for each connection
	 * @throws IllegalStateException if a bundle is unknown or cannot be read
	 */
	public ServerTls server(Listen.Tls settings) {
		return new ServerTls(settings, this::bundle);
	}

	/**
	 * What connections to a route's targets need.
	 * @param settings their settings
	 * @return makes an engine for each connection
	 * @throws IllegalStateException if the bundle is unknown or cannot be read
	 */
	public ClientTls client(Upstream.Tls settings) {
		return new ClientTls(settings, bundle(settings.bundle()));
	}

	private TlsBundle bundle(String name) {
		return this.used.computeIfAbsent(name, (missing) -> {
			if (!this.bundles.getBundleNames().contains(missing)) {
				throw new IllegalStateException("There is no SSL bundle '%s'; known are: %s".formatted(missing,
						String.join(", ", this.bundles.getBundleNames())));
			}
			TlsBundle bundle = new TlsBundle(missing, this.bundles.getBundle(missing));
			this.bundles.addBundleUpdateHandler(missing, bundle::update);
			return bundle;
		});
	}

}
