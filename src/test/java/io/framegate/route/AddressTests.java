package io.framegate.route;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AddressTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1:7101, 127.0.0.1, 7101", "orders.example:1, orders.example, 1",
			"my_service-1:65535, my_service-1, 65535", "[::1]:7101, ::1, 7101",
			"[fe80::1%eth0]:7101, fe80::1%eth0, 7101" })
	void targetIsReadAndWritten(String text, String host, int port) {
		assertThat(Target.of(text)).isEqualTo(new Target(host, port)).hasToString(text);
	}

	@Test
	void portRangeIsReadAndWritten() {
		assertThat(PortRange.of("40000")).isEqualTo(new PortRange(40000, 40000)).hasToString("40000");
		assertThat(PortRange.of("40000 - 40099")).isEqualTo(new PortRange(40000, 40099)).hasToString("40000-40099");
		assertThat(PortRange.of("40000-40099").count()).isEqualTo(100);
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.255.255, 11.0.0.0", "10.1.2.3, 10.1.2.3, 10.1.2.4",
			"10.1.2.128/25, 10.1.2.200, 10.1.2.127", "0.0.0.0/0, 255.255.255.255, ::1",
			"2001:db8::/32, 2001:db8:ffff::1, 2001:db9::1", "2001:db8::/29, 2001:dbf::1, 2001:dc0::1", "::1, ::1, ::2",
			"::/0, fe80::1, 127.0.0.1", "::ffff:10.0.0.0/104, 10.9.9.9, 11.0.0.0", "::ffff:0:0/96, 192.0.2.1, ::1" })
	void blockContainsItsAddressesOnly(String block, String inside, String outside) {
		assertThat(AddressBlock.of(block).contains(InetAddress.ofLiteral(inside))).isTrue();
		assertThat(AddressBlock.of(block).contains(InetAddress.ofLiteral(outside))).isFalse();
	}

	@Test
	void blockOfIpv4ContainsMappedAddress() throws UnknownHostException {
		byte[] mapped = InetAddress.getByName("::").getAddress();
		mapped[10] = (byte) 0xFF;
		mapped[11] = (byte) 0xFF;
		mapped[12] = 10;
		assertThat(AddressBlock.of("10.0.0.0/8").contains(Inet6Address.getByAddress(null, mapped, 0))).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.0.0.0/8", "10.1.2.3/32, 10.1.2.3", "' 10.0.0.0 / 8 ', 10.0.0.0/8",
			"::ffff:10.0.0.0/104, 10.0.0.0/8", "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32" })
	void blockIsReadAndWritten(String text, String written) {
		assertThat(AddressBlock.of(text)).hasToString(written).isEqualTo(AddressBlock.of(written));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "localhost | such as 10.1.2.3, 10.0.0.0/8 or 2001:db8::/32", "10.0/8 | must be an IP address",
					"'' | must be an IP address", "10.0.0.256 | must be an IP address",
					"fe80::1%lo | must be an IP address", ": | must be an IP address", "10.0.0.0/ | from 0 to 32",
					"10.0.0.0/33 | from 0 to 32", "10.0.0.0/-1 | from 0 to 32", "::/129 | from 0 to 128",
					"::ffff:10.0.0.0/8 | from 96 to 128",
					"10.1.2.3/8 | has bits after its prefix of 8: did you mean 10.0.0.0/8?" })
	void badBlockIsRefusedWithWhatIsAllowed(String text, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressBlock.of(text)).withMessageContaining(message);
	}

}
