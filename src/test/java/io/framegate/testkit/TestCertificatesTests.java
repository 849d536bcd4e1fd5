package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Certificates for tests, as JSSE takes them.
 */
class TestCertificatesTests {

	private static SSLSession handshake(SSLContext server, SSLContext client, String name) throws IOException {
		try (SSLServerSocket listening = (SSLServerSocket) server.getServerSocketFactory()
			.createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			CompletableFuture<SSLSession> accepted = CompletableFuture.supplyAsync(() -> {
				try (SSLSocket socket = (SSLSocket) listening.accept()) {
					socket.setNeedClientAuth(true);
					socket.startHandshake();
					return socket.getSession();
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
					SSLSocket named = (SSLSocket) client.getSocketFactory()
						.createSocket(socket, name, listening.getLocalPort(), true)) {
				SSLParameters parameters = named.getSSLParameters();
				parameters.setEndpointIdentificationAlgorithm("HTTPS");
				named.setSSLParameters(parameters);
				named.startHandshake();
			}
			return accepted.join();
		}
	}

	@Test
	void issuedCertificatesAreTrustedByTheirAuthorityAlone(@TempDir Path directory) throws Exception {
		TestCertificates ca = TestCertificates.authority("CN=Test CA");
		TestCertificates other = TestCertificates.authority("CN=Test CA");
		TestCertificates.Identity server = ca.issue("CN=server, O=Example", "dns:server.example", "ip:127.0.0.1",
				"uri:spiffe://example/server");
		TestCertificates.Identity client = ca.issue("CN=client");
		assertThat(server.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=server,O=Example");
		assertThat(server.certificate().getSubjectAlternativeNames()).hasSize(3);
		assertThat(handshake(server.context(), client.context(), "server.example").getPeerPrincipal().getName())
			.isEqualTo("CN=client");
		assertThatExceptionOfType(SSLHandshakeException.class)
			.isThrownBy(() -> handshake(server.context(), client.contextTrusting(other), "server.example"));
		assertThatExceptionOfType(SSLHandshakeException.class)
			.isThrownBy(() -> handshake(server.context(), client.context(), "other.example"));
		assertThatExceptionOfType(SSLHandshakeException.class)
			.isThrownBy(() -> handshake(ca.issueExpired("CN=server", "dns:server.example").context(), client.context(),
					"server.example"));
		server.write(directory);
		assertThat(Files.readString(directory.resolve("tls.crt"))).contains("BEGIN CERTIFICATE");
	}

}
