package io.framegate.tls;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

import io.framegate.route.Listen;

/**
 * TLS towards the clients of a route. Any thread may call.
 */
public final class ServerTls {

	/** A stranger must not fill the memory with sessions that nobody resumes. */
	private static final int MAX_SESSIONS = 4096;

	private final Listen.Tls settings;

	private final SubjectPatterns allowed;

	/** The bundle for clients that ask for no known name, then those by name. */
	private final List<TlsBundle> bundles = new ArrayList<>();

	private final Map<String, TlsBundle> byName = new LinkedHashMap<>();

	private final RenewedContext context;

	ServerTls(Listen.Tls settings, Function<String, TlsBundle> bundles) {
		this.settings = settings;
		this.allowed = new SubjectPatterns(settings.allowSubjects());
		this.bundles.add(bundles.apply(settings.bundle()));
		settings.sni().forEach((name, bundle) -> {
			TlsBundle named = bundles.apply(bundle);
			this.byName.put(name.toLowerCase(Locale.ROOT), named);
			this.bundles.add(named);
		});
		for (TlsBundle bundle : this.bundles) {
			if (bundle.material().certificates().isEmpty()) {
				throw new IllegalStateException(
						"SSL bundle '%s' has no certificate of its own to show to clients".formatted(bundle.name()));
			}
		}
		this.context = new RenewedContext(this::materials, this::make);
	}

	/**
	 * Which clients are served.
	 */
	public SubjectPatterns allowed() {
		return this.allowed;
	}

	/**
	 * The certificates of the bundles that it uses.
	 */
	public List<CertificateFacts> certificates() {
		return this.bundles.stream().distinct().map(CertificateFacts::of).toList();
	}

	/**
	 * An engine for a new connection, with the bundles as they are now.
	 */
	public SSLEngine engine() {
		RenewedContext.Current now = this.context.now();
		SSLEngine engine = now.context().createSSLEngine();
		engine.setUseClientMode(false);
		SSLParameters parameters = engine.getSSLParameters();
		TlsParameters.restrict(parameters, now.first(), this.settings.alpn());
		switch (this.settings.clientAuth()) {
			case NONE -> parameters.setNeedClientAuth(false);
			case WANT -> parameters.setWantClientAuth(true);
			case NEED -> parameters.setNeedClientAuth(true);
		}
		engine.setSSLParameters(parameters);
		return engine;
	}

	private List<KeyMaterial> materials() {
		return this.bundles.stream().map(TlsBundle::material).toList();
	}

	private SSLContext make(List<KeyMaterial> materials) {
		KeyMaterial first = materials.getFirst();
		KeyManager keys = first.keys();
		TrustManager trust = first.trust();
		if (!this.byName.isEmpty()) {
			Map<String, KeyMaterial> named = new LinkedHashMap<>();
			this.byName.forEach((name, bundle) -> named.put(name, bundle.material()));
			ByServerName<KeyMaterial> choice = new ByServerName<>(named, first);
			keys = new SniKeyManager(choice);
			trust = new SniTrustManager(choice);
		}
		SSLContext context = TlsParameters.context(keys, trust);
		context.getServerSessionContext().setSessionCacheSize(MAX_SESSIONS);
		return context;
	}

}
