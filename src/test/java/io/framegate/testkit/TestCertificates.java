package io.framegate.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.security.auth.x500.X500Principal;

import org.jspecify.annotations.Nullable;

/**
 * A certificate authority of a test's own, and the certificates it issues: EC keys, made
 * in a few milliseconds without a process.
 *
 * <pre>
 * TestCertificates ca = TestCertificates.authority("CN=Test CA");
 * TestCertificates.Identity server = ca.issue("CN=gateway", "dns:localhost", "ip:127.0.0.1");
 * server.write(directory); // tls.crt, tls.key, ca.crt as in a Secret
 * </pre>
 */
public final class TestCertificates {

	private static final Duration LONG = Duration.ofDays(365);

	private static final char[] NO_PASSWORD = {};

	private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());

	private final Identity self;

	private TestCertificates(Identity self) {
		this.self = self;
	}

	/**
	 * A new authority that nobody trusts yet.
	 * @param name its distinguished name; two of the same name are still two
	 */
	public static TestCertificates authority(String name) {
		KeyPair keys = keys();
		X500Principal principal = new X500Principal(name);
		Instant now = Instant.now();
		X509Certificate certificate = certificate(principal, keys, principal, keys.getPrivate(), true, now.minus(LONG),
				now.plus(LONG));
		return new TestCertificates(new Identity(certificate, keys.getPrivate(), certificate));
	}

	public X509Certificate certificate() {
		return this.self.certificate();
	}

	/**
	 * Issues a certificate that is valid for a year.
	 * @param name its distinguished name
	 * @param names its other names, each as {@code dns:}, {@code ip:} or {@code uri:}
	 */
	public Identity issue(String name, String... names) {
		return issue(name, Instant.now().plus(LONG), names);
	}

	/**
	 * Issues a certificate that expired a minute ago.
	 * @param name its distinguished name
	 * @param names its other names
	 */
	public Identity issueExpired(String name, String... names) {
		return issue(name, Instant.now().minus(Duration.ofMinutes(1)), names);
	}

	/**
	 * Issues a certificate.
	 * @param name its distinguished name
	 * @param until when it expires
	 * @param names its other names
	 */
	public Identity issue(String name, Instant until, String... names) {
		KeyPair keys = keys();
		X509Certificate certificate = certificate(new X500Principal(name), keys,
				this.self.certificate().getSubjectX500Principal(), this.self.key(), false, until.minus(LONG), until,
				names);
		return new Identity(certificate, keys.getPrivate(), certificate());
	}

	/**
	 * What a peer has that shows nothing of itself and trusts this authority.
	 */
	public SSLContext trusting() {
		return context(null, certificate());
	}

	private static SSLContext context(@Nullable Identity own, X509Certificate trusted) {
		try {
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			KeyStore authorities = emptyStore();
			authorities.setCertificateEntry("ca", trusted);
			trust.init(authorities);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init((own != null) ? new KeyManager[] { new Stubborn(own) } : null, trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static KeyStore emptyStore() throws GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try {
			store.load(null, NO_PASSWORD);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return store;
	}

	private static KeyPair keys() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** RFC 5280, section 4.1. */
	private static X509Certificate certificate(X500Principal subject, KeyPair keys, X500Principal issuer,
			PrivateKey signer, boolean authority, Instant from, Instant until, String... names) {
		byte[] algorithm = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
		byte[] extensions = Der.sequence(
				authority ? extension("2.5.29.19", true, Der.sequence(Der.TRUE))
						: extension("2.5.29.19", true, Der.sequence()),
				(names.length > 0)
						? extension("2.5.29.17", false,
								Der.sequence(Stream.of(names).map(TestCertificates::name).toArray(byte[][]::new)))
						: new byte[0]);
		byte[] body = Der.sequence(Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
				Der.integer(BigInteger.valueOf(SERIAL.incrementAndGet())), algorithm, issuer.getEncoded(),
				Der.sequence(Der.time(from), Der.time(until)), subject.getEncoded(), keys.getPublic().getEncoded(),
				Der.tagged(0xA3, extensions));
		try {
			Signature signature = Signature.getInstance("SHA256withECDSA");
			signature.initSign(signer);
			signature.update(body);
			byte[] whole = Der.sequence(body, algorithm, Der.bits(signature.sign()));
			return (X509Certificate) CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(whole));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] extension(String oid, boolean critical, byte[] value) {
		return Der.sequence(Der.oid(oid), critical ? Der.TRUE : new byte[0], Der.octets(value));
	}

	private static byte[] name(String name) {
		String value = name.substring(name.indexOf(':') + 1);
		return switch (name.substring(0, name.indexOf(':'))) {
			case "dns" -> Der.tagged(0x82, Der.ascii(value));
			case "uri" -> Der.tagged(0x86, Der.ascii(value));
			case "ip" -> Der.tagged(0x87, InetAddress.ofLiteral(value).getAddress());
			default -> throw new IllegalArgumentException(name);
		};
	}

	/**
	 * A certificate and its key.
	 *
	 * @param certificate the certificate
	 * @param key its key
	 * @param issuer the certificate of the authority that issued it
	 */
	public record Identity(X509Certificate certificate, PrivateKey key, X509Certificate issuer) {

		/**
		 * What a peer has that shows this certificate and trusts its issuer.
		 */
		public SSLContext context() {
			return TestCertificates.context(this, this.issuer);
		}

		/**
		 * What a peer has that shows this certificate and trusts another authority.
		 */
		public SSLContext contextTrusting(TestCertificates other) {
			return TestCertificates.context(this, other.certificate());
		}

		/**
		 * Writes {@code tls.crt}, {@code tls.key} and {@code ca.crt}, as a Secret of
		 * Kubernetes has them.
		 * @param directory where to; it is made if it does not exist
		 * @return the directory
		 */
		public Path write(Path directory) {
			try {
				Files.createDirectories(directory);
				Files.writeString(directory.resolve("tls.crt"),
						pem("CERTIFICATE", this.certificate) + pem("CERTIFICATE", this.issuer));
				Files.writeString(directory.resolve("tls.key"), pem("PRIVATE KEY", this.key.getEncoded()));
				Files.writeString(directory.resolve("ca.crt"), pem("CERTIFICATE", this.issuer));
				return directory;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static String pem(String what, X509Certificate certificate) {
			try {
				return pem(what, certificate.getEncoded());
			}
			catch (GeneralSecurityException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private static String pem(String what, byte[] der) {
			return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what,
					Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(der), what);
		}

		/**
		 * A PEM bundle of Spring Boot that shows this certificate and trusts its issuer.
		 * @param bundle the bundle's name
		 * @param directory where its files are
		 * @param more further properties, each without the bundle's prefix
		 * @return properties, each as {@code name=value}
		 */
		public String[] bundle(String bundle, Path directory, String... more) {
			write(directory);
			return properties(bundle, directory, more);
		}

		/**
		 * A PEM bundle of files that {@link #write} has written.
		 * @param bundle the bundle's name
		 * @param directory where they are
		 * @param more further properties, each without the bundle's prefix
		 * @return properties, each as {@code name=value}
		 */
		public static String[] properties(String bundle, Path directory, String... more) {
			return Stream
				.concat(Stream.of("keystore.certificate=file:" + directory.resolve("tls.crt"),
						"keystore.private-key=file:" + directory.resolve("tls.key"),
						"truststore.certificate=file:" + directory.resolve("ca.crt")), Stream.of(more))
				.map((property) -> "spring.ssl.bundle.pem." + bundle + "." + property)
				.toArray(String[]::new);
		}

	}

	/**
	 * Shows its certificate even where it can do no good: expired, or of an authority
	 * that the peer has not asked for.
	 */
	private static final class Stubborn extends X509ExtendedKeyManager {

		private static final String[] ALIASES = { "own" };

		private final Identity own;

		Stubborn(Identity own) {
			this.own = own;
		}

		@Override
		public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
			return ALIASES[0];
		}

		@Override
		public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
			return type.equals("EC") ? ALIASES[0] : null;
		}

		@Override
		public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
			return ALIASES[0];
		}

		@Override
		public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
			return type.equals("EC") ? ALIASES[0] : null;
		}

		@Override
		public X509Certificate[] getCertificateChain(String alias) {
			return new X509Certificate[] { this.own.certificate(), this.own.issuer() };
		}

		@Override
		public PrivateKey getPrivateKey(String alias) {
			return this.own.key();
		}

		@Override
		public String[] getClientAliases(String type, Principal[] issuers) {
			return ALIASES;
		}

		@Override
		public String[] getServerAliases(String type, Principal[] issuers) {
			return ALIASES;
		}

	}

	/** The few rules of DER (X.690) that a certificate needs. */
	private static final class Der {

		static final byte[] TRUE = { 1, 1, (byte) 0xFF };

		private Der() {
		}

		static byte[] sequence(byte[]... parts) {
			return tagged(0x30, parts);
		}

		static byte[] integer(BigInteger value) {
			return tagged(2, value.toByteArray());
		}

		static byte[] octets(byte[] value) {
			return tagged(4, value);
		}

		static byte[] bits(byte[] value) {
			return tagged(3, new byte[1], value);
		}

		static byte[] time(Instant instant) {
			String text = instant.toString();
			return tagged(0x18, ascii(text.substring(0, 19).replaceAll("[-T:]", "") + "Z"));
		}

		static byte[] ascii(String text) {
			return text.getBytes(StandardCharsets.US_ASCII);
		}

		static byte[] oid(String dotted) {
			List<Integer> arcs = Arrays.stream(dotted.split("\\.", -1)).map(Integer::valueOf).toList();
			byte[] value = { (byte) (arcs.get(0) * 40 + arcs.get(1)) };
			for (int arc : arcs.subList(2, arcs.size())) {
				byte[] octets = { (byte) (arc & 0x7F) };
				for (int rest = arc >>> 7; rest > 0; rest >>>= 7) {
					octets = joined(new byte[] { (byte) (rest & 0x7F | 0x80) }, octets);
				}
				value = joined(value, octets);
			}
			return tagged(6, value);
		}

		static byte[] tagged(int tag, byte[]... parts) {
			byte[] value = joined(parts);
			byte[] length = (value.length < 0x80) ? new byte[] { (byte) value.length }
					: (value.length < 0x100) ? new byte[] { (byte) 0x81, (byte) value.length }
							: new byte[] { (byte) 0x82, (byte) (value.length >> 8), (byte) value.length };
			return joined(new byte[] { (byte) tag }, length, value);
		}

		private static byte[] joined(byte[]... parts) {
			byte[] all = new byte[Stream.of(parts).mapToInt((part) -> part.length).sum()];
			int at = 0;
			for (byte[] part : parts) {
				System.arraycopy(part, 0, all, at, part.length);
				at += part.length;
			}
			return all;
		}

	}

}
