package io.framegate.chart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A self-signed certificate as a Secret has it: {@code tls.crt}, {@code tls.key} and
 * {@code ca.crt}.
 */
final class TestCertificate {

	private static final String PASSWORD = "changeit";

	private static final String NAME = "gateway";

	private TestCertificate() {
	}

	/**
	 * Writes a new certificate.
	 * @param directory where to
	 * @throws IOException if that fails
	 */
	static void write(Path directory) throws IOException {
		Files.createDirectories(directory);
		Path store = directory.resolve("store.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-dname", "CN=" + NAME, "-alias", NAME, "-storetype", "PKCS12",
				"-keystore", store.toString(), "-storepass", PASSWORD)
			.redirectErrorStream(true)
			.start();
		String output = new String(keytool.getInputStream().readAllBytes());
		try (InputStream stream = Files.newInputStream(store)) {
			assertThat(keytool.waitFor()).as(output).isZero();
			KeyStore keys = KeyStore.getInstance("PKCS12");
			keys.load(stream, PASSWORD.toCharArray());
			String certificate = pem("CERTIFICATE", keys.getCertificate(NAME).getEncoded());
			Files.writeString(directory.resolve("tls.crt"), certificate);
			Files.writeString(directory.resolve("ca.crt"), certificate);
			Files.writeString(directory.resolve("tls.key"),
					pem("PRIVATE KEY", keys.getKey(NAME, PASSWORD.toCharArray()).getEncoded()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static String pem(String what, byte[] der) {
		return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, Base64.getMimeEncoder().encodeToString(der),
				what);
	}

}
