package io.framegate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that nobody has signed, ECDSA with P-256, as PEM files.
 *
 * @param chain the certificate
 * @param key its private key
 * @param both both in one file
 */
record Certificate(Path chain, Path key, Path both) {

	private static final String PASSWORD = "benchmark";

	/**
	 * Makes one with the JDK's keytool.
	 * @param directory where the files go
	 */
	static Certificate make(Path directory) throws IOException {
		Path store = directory.resolve("bench.p12");
		Files.deleteIfExists(store);
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "bench", "-keyalg", "EC", "-groupname", "secp256r1", "-dname",
				"CN=bench.example", "-ext", "san=dns:bench.example,ip:127.0.0.1", "-validity", "30", "-storetype",
				"PKCS12", "-storepass", PASSWORD, "-keystore", store.toString())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		try (InputStream file = await(keytool, store)) {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			keys.load(file, PASSWORD.toCharArray());
			String chain = pem("CERTIFICATE", keys.getCertificate("bench").getEncoded());
			String key = pem("PRIVATE KEY", keys.getKey("bench", PASSWORD.toCharArray()).getEncoded());
			return new Certificate(Files.writeString(directory.resolve("bench.crt"), chain),
					Files.writeString(directory.resolve("bench.key"), key),
					Files.writeString(directory.resolve("bench.pem"), chain + key));
		}
		catch (GeneralSecurityException ex) {
			throw new IOException(ex);
		}
	}

	private static InputStream await(Process keytool, Path store) throws IOException {
		try {
			keytool.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return Files.newInputStream(store);
	}

	private static String pem(String kind, byte[] bytes) {
		return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind,
				Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(bytes));
	}

}
