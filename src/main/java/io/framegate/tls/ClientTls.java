package io.framegate.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.framegate.route.Target;
import io.framegate.route.Upstream;

/**
 * TLS towards the targets of a route. Any thread may call.
 */
public final class ClientTls {

	private final Upstream.Tls settings;

	private final TlsBundle bundle;

	private final RenewedContext context;

	ClientTls(Upstream.Tls settings, TlsBundle bundle) {
		this.settings = settings;
		this.bundle = bundle;
		this.context = new RenewedContext(() -> List.of(bundle.material()),
				(materials) -> TlsParameters.context(materials.getFirst().keys(), materials.getFirst().trust()));
	}

	/**
	 * The certificates of the bundle that it uses.
	 */
	public CertificateFacts certificates() {
		return CertificateFacts.of(this.bundle);
	}

	/**
	 * The name that a target's certificate must be for.
	 * @param target the target
	 * @return a host name or an IP address
	 */
	public String serverName(Target target) {
		String configured = this.settings.serverName();
		String name = (configured != null) ? configured : target.host();
		// The dot of an absolute name is in no certificate.
		return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
	}

	/**
	 * An engine for a new connection, with the bundle as it is now.
	 * @param target where it leads to
	 */
	public SSLEngine engine(Target target) {
		RenewedContext.Current now = this.context.now();
		SSLEngine engine = now.context().createSSLEngine(serverName(target), target.port());
		engine.setUseClientMode(true);
		engine.setSSLParameters(parameters(engine.getSSLParameters(), now.first(), serverName(target)));
		return engine;
	}

	/**
	 * TLS on a blocking socket, for a probe.
	 * @param socket the socket, connected
	 * @param target where it leads to
	 * @return the same connection with TLS, no handshake done yet
	 * @throws IOException if that fails
	 */
	public SSLSocket socket(Socket socket, Target target) throws IOException {
		RenewedContext.Current now = this.context.now();
		SSLSocket secured = (SSLSocket) now.context()
			.getSocketFactory()
			.createSocket(socket, serverName(target), target.port(), true);
		secured.setSSLParameters(parameters(secured.getSSLParameters(), now.first(), serverName(target)));
		return secured;
	}

	private SSLParameters parameters(SSLParameters parameters, KeyMaterial material, String name) {
		TlsParameters.restrict(parameters, material, this.settings.alpn());
		if (this.settings.verifyHostname()) {
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
		}
		if (!isAddress(name)) {
			parameters.setServerNames(asked(name));
		}
		return parameters;
	}

	/**
	 * No name with an underscore is asked for, as container networks have them: most
	 * servers need none, and those on a JDK would refuse it.
	 */
	private static List<SNIServerName> asked(String name) {
		try {
			return List.of(new SNIHostName(name));
		}
		catch (IllegalArgumentException ex) {
			return List.of();
		}
	}

	private static boolean isAddress(String name) {
		try {
			InetAddress.ofLiteral(name);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
