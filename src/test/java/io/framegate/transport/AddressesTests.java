package io.framegate.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Addresses as people type them.
 */
class AddressesTests {

	/** The rules of RFC 5952, one by one. */
	@ParameterizedTest
	@CsvSource({ "192.0.2.1, 192.0.2.1:7", "::1, [::1]:7", "::, [::]:7", "2001:0DB8:0:0:0:0:0:1, [2001:db8::1]:7",
			"2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:7", "2001:0:0:1:0:0:0:1, [2001:0:0:1::1]:7",
			"2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:7", "fe80:0:0:0:1:0:0:1%1, [fe80::1:0:0:1%1]:7" })
	void addressIsWrittenAsRfc5952Says(String given, String expected) throws UnknownHostException {
		assertThat(Addresses.text(new InetSocketAddress(InetAddress.getByName(given), 7))).isEqualTo(expected);
	}

	/** As Netty gives the address of a client. */
	@Test
	void zoneZeroIsNone() throws UnknownHostException {
		byte[] loopback = InetAddress.ofLiteral("::1").getAddress();
		assertThat(Addresses.text(Inet6Address.getByAddress(null, loopback, 0))).isEqualTo("::1");
		assertThat(Addresses.text(Inet6Address.getByAddress(null, loopback, 10))).isEqualTo("::1%10");
	}

}
