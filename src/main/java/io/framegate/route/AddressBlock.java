package io.framegate.route;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses. An IPv4 address written as IPv6 ({@code ::ffff:10.1.2.3})
 * counts as IPv4, in the block as well as in what is compared with it.
 *
 * @param network its first address
 * @param prefix how many leading bits all of its addresses share, 0 to 32 or 128
 */
public record AddressBlock(InetAddress network, int prefix) {

	private static final String ALLOWED = "must be an IP address or a block of them, such as 10.1.2.3, 10.0.0.0/8 or 2001:db8::/32";

	private static final int MAPPED_BITS = 96;

	/**
	 * Reads an address, or an address and a prefix length.
	 * @param text the text
	 * @return the block
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static AddressBlock of(String text) {
		int slash = text.indexOf('/');
		String address = ((slash < 0) ? text : text.substring(0, slash)).strip();
		// InetAddress also takes 10.1 and zones.
		if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")) {
			throw new IllegalArgumentException(ALLOWED);
		}
		byte[] written = literal(address);
		// InetAddress has made IPv4 of a mapped address.
		int mapped = (address.contains(":") && written.length == 4) ? MAPPED_BITS : 0;
		int bits = written.length * 8;
		int prefix = (slash < 0) ? bits : prefix(text.substring(slash + 1).strip(), mapped, bits);
		byte[] first = first(written, prefix);
		AddressBlock block = new AddressBlock(address(first), prefix);
		if (!Arrays.equals(first, written)) {
			throw new IllegalArgumentException(
					"has bits after its prefix of " + prefix + ": did you mean " + block + "?");
		}
		return block;
	}

	private static byte[] literal(String address) {
		try {
			return InetAddress.ofLiteral(address).getAddress();
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(ALLOWED, ex);
		}
	}

	private static int prefix(String text, int mapped, int bits) {
		int prefix = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) - mapped : -1;
		if (prefix < 0 || prefix > bits) {
			throw new IllegalArgumentException(
					"the prefix length is a whole number from " + mapped + " to " + (mapped + bits));
		}
		return prefix;
	}

	private static byte[] first(byte[] address, int prefix) {
		byte[] first = address.clone();
		for (int i = 0; i < first.length; i++) {
			first[i] &= (byte) (0xFF << Math.clamp(8L * (i + 1) - prefix, 0, 8));
		}
		return first;
	}

	private static InetAddress address(byte[] bytes) {
		try {
			return InetAddress.getByAddress(bytes);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * The first of some blocks that an address is in.
	 * @param blocks the blocks
	 * @param address the address
	 * @return the block, or {@code null}
	 */
	static @Nullable AddressBlock containing(List<AddressBlock> blocks, InetAddress address) {
		for (AddressBlock block : blocks) {
			if (block.contains(address)) {
				return block;
			}
		}
		return null;
	}

	/**
	 * An address without a zone, and as IPv4 if it is one in IPv6 notation, which Netty
	 * leaves as it is.
	 * @param address the address
	 * @return the same host's
	 */
	public static InetAddress plain(InetAddress address) {
		return address(address.getAddress());
	}

	/**
	 * Whether an address is one of the block's.
	 * @param address the address; a zone does not count
	 */
	public boolean contains(InetAddress address) {
		byte[] other = plain(address).getAddress();
		byte[] own = this.network.getAddress();
		return other.length == own.length && Arrays.equals(first(other, this.prefix), own);
	}

	/**
	 * The block as users write it.
	 * @return an address for a block of one, else the first address and the prefix length
	 */
	@Override
	public String toString() {
		String first = this.network.getHostAddress();
		return (this.prefix == this.network.getAddress().length * 8) ? first : first + "/" + this.prefix;
	}

}
