package io.framegate.tls;

import io.framegate.closure.Side;
import io.framegate.framing.FirstBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a peer: whether they are TLS at all, and whether its
 * ClientHello is of a bearable length. The connection's event loop only.
 */
final class FirstRecord {

	private static final int ALERT = 0x15;

	private static final int HANDSHAKE = 0x16;

	private static final int CLIENT_HELLO = 1;

	/** A record's header, and that of the message in it. */
	private static final int HEADERS = 9;

	private static final int RECORD_HEADER = 5;

	private static final int MAX_CLIENT_HELLO = 16 * 1024;

	private final Side side;

	private boolean seen;

	FirstRecord(Side side) {
		this.side = side;
	}

	/**
	 * What is wrong with what has come, as long as that is not known to be right.
	 * @param in all that has come and was not decrypted
	 * @return a text, or {@code null}
	 */
	@Nullable String fault(ByteBuf in) {
		if (this.seen || !in.isReadable()) {
			return null;
		}
		int at = in.readerIndex();
		int type = in.getUnsignedByte(at);
		if ((type != HANDSHAKE && type != ALERT) || (in.readableBytes() > 1 && in.getUnsignedByte(at + 1) != 3)) {
			return notTls(in);
		}
		if (in.readableBytes() < HEADERS) {
			return null;
		}
		this.seen = true;
		boolean whole = in.getUnsignedShort(at + 3) >= HEADERS - RECORD_HEADER;
		if (whole && this.side == Side.INBOUND && type == HANDSHAKE
				&& in.getUnsignedByte(at + RECORD_HEADER) == CLIENT_HELLO) {
			int length = in.getUnsignedMedium(at + RECORD_HEADER + 1);
			if (length > MAX_CLIENT_HELLO) {
				return "a ClientHello of " + length + " bytes, " + MAX_CLIENT_HELLO + " are allowed";
			}
		}
		return null;
	}

	private static String notTls(ByteBuf in) {
		byte[] first = ByteBufUtil.getBytes(in, in.readerIndex(), Math.min(FirstBytes.ENOUGH, in.readableBytes()));
		String resemblance = FirstBytes.resemblance(first, in.readableBytes());
		return resemblance.isEmpty() ? "not TLS" : "not TLS: " + resemblance;
	}

}
