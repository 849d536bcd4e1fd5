package io.framegate.proxy;

import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * Takes the first bytes of a connection until it is known whether they are a PROXY header
 * and where that ends, however they are cut. It holds no more than has come: 107 bytes of
 * version 1, {@link #MAX_BYTES} of version 2. One thread at a time.
 */
public final class ProxyHeaderReader {

	/** The longest header of version 2: as much as HAProxy's own buffer. */
	public static final int MAX_BYTES = 16 * 1024;

	/** What is known so far. */
	public enum Found {

		/** Too little to tell. */
		NOTHING_YET,

		/** There is no header: what was taken belongs to the connection. */
		NO_HEADER,

		/** A header has begun. */
		BEGUN,

		/** A whole header was taken, and not a byte more. */
		HEADER

	}

	private byte[] bytes = new byte[64];

	private int length;

	private byte[] expected = LineHeader.START;

	private Found found = Found.NOTHING_YET;

	/** How long a header of version 2 is, 0 if not known. */
	private int announced;

	/**
	 * Takes the next byte.
	 * @param octet the byte
	 * @return what is known now
	 * @throws InvalidHeaderException if it breaks the header's form
	 */
	public Found take(byte octet) throws InvalidHeaderException {
		if (this.found == Found.HEADER || this.found == Found.NO_HEADER) {
			throw new IllegalStateException("It has answered: " + this.found);
		}
		if (this.length == this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, 2 * this.length);
		}
		this.bytes[this.length++] = octet;
		this.found = (this.found == Found.BEGUN) ? more(octet) : first(octet);
		return this.found;
	}

	private Found first(byte octet) {
		if (this.length == 1 && octet == BinaryHeader.SIGNATURE[0]) {
			this.expected = BinaryHeader.SIGNATURE;
		}
		if (octet != this.expected[this.length - 1]) {
			return Found.NO_HEADER;
		}
		return (this.length == this.expected.length) ? Found.BEGUN : Found.NOTHING_YET;
	}

	private Found more(byte octet) throws InvalidHeaderException {
		if (this.expected == LineHeader.START) {
			if (octet == '\n') {
				return Found.HEADER;
			}
			if (this.length == LineHeader.MAX_BYTES) {
				throw new InvalidHeaderException("no CR LF within " + LineHeader.MAX_BYTES + " bytes");
			}
			return Found.BEGUN;
		}
		if (this.length == BinaryHeader.FIXED) {
			this.announced = BinaryHeader.FIXED
					+ ((this.bytes[BinaryHeader.FIXED - 2] & 0xFF) << Byte.SIZE | octet & 0xFF);
			BinaryHeader.check(this.bytes);
			if (this.announced > MAX_BYTES) {
				throw new InvalidHeaderException(
						"it announces " + this.announced + " bytes: " + MAX_BYTES + " are the most");
			}
		}
		return (this.length == this.announced) ? Found.HEADER : Found.BEGUN;
	}

	/**
	 * What is known.
	 * @return the latest answer
	 */
	public Found found() {
		return this.found;
	}

	/**
	 * How much was taken.
	 * @return a number of bytes
	 */
	public int length() {
		return this.length;
	}

	/**
	 * Everything that was taken.
	 * @return a copy
	 */
	public byte[] taken() {
		return Arrays.copyOf(this.bytes, this.length);
	}

	/**
	 * The header, once it was found.
	 * @param via the address of the peer that sent it
	 * @return the header
	 * @throws InvalidHeaderException if it breaks the specification
	 */
	public ProxyHeader header(InetSocketAddress via) throws InvalidHeaderException {
		if (this.found != Found.HEADER) {
			throw new IllegalStateException("There is no header: " + this.found);
		}
		byte[] whole = taken();
		return (this.expected == LineHeader.START) ? LineHeader.parse(whole, via) : BinaryHeader.parse(whole, via);
	}

}
