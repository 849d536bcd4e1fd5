package io.framegate.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

/**
 * Shows each client a certificate of the bundle that belongs to the name it asked for.
 */
final class SniKeyManager extends X509ExtendedKeyManager {

	private static final String[] NONE = {};

	private final ByServerName<KeyMaterial> choice;

	/** The bundles' own, by the number that their aliases begin with. */
	private final List<X509ExtendedKeyManager> all;

	SniKeyManager(ByServerName<KeyMaterial> choice) {
		this.choice = choice;
		this.all = Stream.concat(Stream.of(choice.fallback()), choice.byName().values().stream())
			.map(KeyMaterial::keys)
			.distinct()
			.toList();
	}

	@Override
	public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
		X509ExtendedKeyManager keys = this.choice.of(engine.getHandshakeSession()).keys();
		String alias = keys.chooseEngineServerAlias(keyType, issuers, engine);
		return (alias != null) ? this.all.indexOf(keys) + ":" + alias : null;
	}

	private X509ExtendedKeyManager keys(String alias) {
		return this.all.get(Integer.parseInt(alias.substring(0, alias.indexOf(':'))));
	}

	private static String own(String alias) {
		return alias.substring(alias.indexOf(':') + 1);
	}

	@Override
	public X509Certificate @Nullable [] getCertificateChain(String alias) {
		return keys(alias).getCertificateChain(own(alias));
	}

	@Override
	public @Nullable PrivateKey getPrivateKey(String alias) {
		return keys(alias).getPrivateKey(own(alias));
	}

	@Override
	public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
		return NONE;
	}

	@Override
	public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
		return NONE;
	}

	@Override
	public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
		return null;
	}

	@Override
	public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
			@Nullable Socket socket) {
		return null;
	}

}
