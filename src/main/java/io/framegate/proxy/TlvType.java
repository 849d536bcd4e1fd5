package io.framegate.proxy;

/**
 * The types of the specification and of the clouds that the gateway knows.
 */
final class TlvType {

	static final int ALPN = 0x01;

	static final int AUTHORITY = 0x02;

	static final int CRC32C = 0x03;

	/** Padding. */
	static final int NOOP = 0x04;

	static final int UNIQUE_ID = 0x05;

	/** One byte of flags, the result of the verification, and further values. */
	static final int SSL = 0x20;

	static final int NETNS = 0x30;

	/** Google Cloud: the id of a Private Service Connect connection. */
	static final int GCP = 0xE0;

	/** AWS: a kind, and the value. */
	static final int AWS = 0xEA;

	/** Azure: a kind, and the value. */
	static final int AZURE = 0xEE;

	/** What precedes the further values of {@link #SSL}. */
	static final int SSL_BYTES = 5;

	private TlvType() {
	}

}
