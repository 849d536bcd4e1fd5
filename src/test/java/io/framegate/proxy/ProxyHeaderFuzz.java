package io.framegate.proxy;

import java.net.InetSocketAddress;

import io.framegate.proxy.ProxyHeader.Tlv;
import io.framegate.proxy.ProxyHeaderReader.Found;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fuzz target of the PROXY header's reader: whatever a stranger sends, it answers or
 * refuses, holds no more than has come, and what it has read can be shown and sent on.
 */
public final class ProxyHeaderFuzz {

	private static final InetSocketAddress VIA = new InetSocketAddress("192.0.2.1", 4711);

	private ProxyHeaderFuzz() {
	}

	/**
	 * Called by the fuzzer.
	 * @param input any bytes
	 */
	public static void fuzzerTestOneInput(byte[] input) {
		ProxyHeaderReader reader = new ProxyHeaderReader();
		try {
			int taken = 0;
			Found found = Found.NOTHING_YET;
			while (taken < input.length && (found == Found.NOTHING_YET || found == Found.BEGUN)) {
				found = reader.take(input[taken++]);
			}
			assertThat(reader.length()).isEqualTo(taken).isLessThanOrEqualTo(ProxyHeaderReader.MAX_BYTES);
			if (found == Found.HEADER) {
				check(reader.header(VIA));
			}
		}
		catch (InvalidHeaderException ex) {
			assertThat(ex).hasMessageMatching("[\\x20-\\x7E]{10,100}");
		}
	}

	private static void check(ProxyHeader header) throws InvalidHeaderException {
		assertThat(TlvNames.all(header)).containsAllEntriesOf(TlvNames.named(header));
		assertThat(header.source() == null).isEqualTo(header.destination() == null);
		InetSocketAddress source = header.source();
		InetSocketAddress destination = header.destination();
		if (source == null || destination == null) {
			return;
		}
		ProxyHeader again = read(ProxyHeaders.binary(source, destination, header.tlvs()));
		assertThat(again.source()).isEqualTo(source);
		assertThat(again.destination()).isEqualTo(destination);
		assertThat(again.tlvs()).hasSameSizeAs(header.tlvs());
		for (int i = 0; i < again.tlvs().size(); i++) {
			Tlv tlv = again.tlvs().get(i);
			assertThat(tlv.type()).isEqualTo(header.tlvs().get(i).type());
			if (tlv.type() != TlvType.CRC32C) {
				assertThat(tlv.value()).isEqualTo(header.tlvs().get(i).value());
			}
		}
		assertThat(read(ProxyHeaders.line(source, destination)).source()).isEqualTo(source);
	}

	private static ProxyHeader read(byte[] bytes) throws InvalidHeaderException {
		ProxyHeaderReader reader = new ProxyHeaderReader();
		for (byte octet : bytes) {
			reader.take(octet);
		}
		return reader.header(VIA);
	}

}
