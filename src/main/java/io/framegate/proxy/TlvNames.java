package io.framegate.proxy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.framegate.proxy.ProxyHeader.Tlv;

/**
 * The values of headers by their names, as texts. Those without a name are left out of
 * messages, and shown by their type as {@code 0xE1}.
 */
public final class TlvNames {

	private static final Map<Integer, String> TEXTS = Map.of(TlvType.ALPN, "alpn", TlvType.AUTHORITY, "authority",
			TlvType.NETNS, "netns");

	/** Inside {@link TlvType#SSL}. */
	private static final Map<Integer, String> SSL_TEXTS = Map.of(0x21, "ssl_version", 0x22, "ssl_cn", 0x23,
			"ssl_cipher", 0x24, "ssl_sig_alg", 0x25, "ssl_key_alg", 0x26, "ssl_group", 0x27, "ssl_sig_scheme");

	private static final int CLIENT_CERTIFICATE = 0x02 | 0x04;

	/** The kind of an AWS value that names a VPC endpoint. */
	private static final int AWS_VPCE_ID = 1;

	/** The kind of an Azure value that names a private endpoint's link. */
	private static final int AZURE_LINK_ID = 1;

	private static final HexFormat HEX = HexFormat.of();

	private TlvNames() {
	}

	/**
	 * The named values of a header. If two have one name, the first counts.
	 * @param header the header
	 * @return texts by name, in the header's order
	 */
	public static Map<String, String> named(ProxyHeader header) {
		return collect(header, false);
	}

	/**
	 * All values of a header but its checksum.
	 * @param header the header
	 * @return texts by name, or hexadecimal digits by type
	 */
	public static Map<String, String> all(ProxyHeader header) {
		return collect(header, true);
	}

	private static Map<String, String> collect(ProxyHeader header, boolean unnamed) {
		Map<String, String> found = new LinkedHashMap<>();
		for (Tlv tlv : header.tlvs()) {
			Map<String, String> named = names(tlv);
			if (named.isEmpty() && unnamed && tlv.type() != TlvType.CRC32C) {
				found.putIfAbsent("0x%02X".formatted(tlv.type()), HEX.formatHex(tlv.value()));
			}
			named.forEach(found::putIfAbsent);
		}
		return found;
	}

	private static Map<String, String> names(Tlv tlv) {
		byte[] value = tlv.value();
		if (TEXTS.get(tlv.type()) instanceof String name) {
			return Map.of(name, text(value));
		}
		return switch (tlv.type()) {
			case TlvType.UNIQUE_ID -> Map.of("unique_id", isPrintable(value) ? text(value) : HEX.formatHex(value));
			case TlvType.SSL -> ssl(value);
			case TlvType.AWS -> (value.length > 1 && value[0] == AWS_VPCE_ID)
					? Map.of("aws_vpce_id", text(Arrays.copyOfRange(value, 1, value.length))) : Map.of();
			case TlvType.AZURE ->
				(value.length == 1 + Integer.BYTES && value[0] == AZURE_LINK_ID)
						? Map.of("azure_link_id",
								Integer
									.toUnsignedString(ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt(1)))
						: Map.of();
			case TlvType.GCP -> (value.length == Long.BYTES)
					? Map.of("gcp_psc_id", Long.toUnsignedString(ByteBuffer.wrap(value).getLong())) : Map.of();
			default -> Map.of();
		};
	}

	/**
	 * TLS between the client and the proxy. Without a certificate there is nothing that
	 * could have been verified.
	 */
	private static Map<String, String> ssl(byte[] value) {
		Map<String, String> found = new LinkedHashMap<>();
		if ((value[0] & CLIENT_CERTIFICATE) != 0) {
			found.put("ssl_verify", Integer.toUnsignedString(ByteBuffer.wrap(value).getInt(1)));
		}
		List<Tlv> inside = BinaryHeader.inside(value, TlvType.SSL_BYTES);
		for (Tlv tlv : inside) {
			if (SSL_TEXTS.get(tlv.type()) instanceof String name) {
				found.putIfAbsent(name, text(tlv.value()));
			}
		}
		return found;
	}

	private static boolean isPrintable(byte[] value) {
		for (byte octet : value) {
			if (octet < ' ' || octet > '~') {
				return false;
			}
		}
		return true;
	}

	private static String text(byte[] value) {
		return new String(value, StandardCharsets.UTF_8);
	}

}
