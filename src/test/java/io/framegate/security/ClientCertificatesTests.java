package io.framegate.security;

import java.nio.file.Path;
import java.util.stream.Stream;

import javax.security.auth.x500.X500Principal;

import io.framegate.testkit.TestCertificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a certificate is a login, and whose.
 */
class ClientCertificatesTests {

	@TempDir
	private static Path directory;

	private static String[] bundles;

	@BeforeAll
	static void write() {
		TestCertificates.Identity identity = TestCertificates.authority("CN=Operations").issue("CN=gateway");
		bundles = Stream
			.of(identity.bundle("whole", directory),
					Stream.of(identity.bundle("distrusting", directory))
						.filter((property) -> !property.contains("truststore"))
						.toArray(String[]::new))
			.flatMap(Stream::of)
			.toArray(String[]::new);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					server.ssl.bundle=whole       | server.ssl.client-auth=want | true
					server.ssl.bundle=whole       | server.ssl.client-auth=need | true
					server.ssl.bundle=whole       | server.ssl.client-auth=none | false
					server.ssl.bundle=whole       | server.port=8443            | false
					server.ssl.bundle=distrusting | server.ssl.client-auth=want | false
					server.ssl.bundle=whole       | server.ssl.client-auth=want,management.server.port=8081 | false
					management.server.ssl.bundle=whole | management.server.ssl.client-auth=want,management.server.port=8081 | true
					""")
	void certificatesAreTrustedIfTheyAreAskedForAndTheirAuthorityIsKnown(String bundle, String more, boolean trusted) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues(bundles)
			.withPropertyValues(bundle)
			.withPropertyValues(more.split(","))
			.run((context) -> assertThat(
					ClientCertificates.areTrusted(context.getEnvironment(), context.getBean(SslBundles.class)))
				.isEqualTo(trusted));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			CN=ann                       | ann
			O=Example, cn=ann, C=CH      | ann
			CN="ann, the first", O=x     | ann, the first
			CN=ann+OU=x, O=x             | ann
			O=ann                        |
			CN=ann, CN=bob               |
			O=CN\\=ann                   |
			""")
	void commonNameNamesTheUser(String subject, String name) {
		assertThat(CertificateLogins.commonName(new X500Principal(subject))).isEqualTo(name);
	}

	@Test
	void emptySubjectNamesNobody() {
		assertThat(CertificateLogins.commonName(new X500Principal(""))).isNull();
	}

}
