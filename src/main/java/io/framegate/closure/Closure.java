package io.framegate.closure;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The record of a connection that ended.
 *
 * @param id the connection's id
 * @param route its route
 * @param side its side
 * @param remote the peer's address and port
 * @param peerId the other connection of the session, if there was one
 * @param reason why it ended
 * @param endedBy who ended it
 * @param detail errno text, timer, limit
 * @param openedAt when it was accepted, or its connect begun
 * @param closedAt when its socket was closed
 * @param framesIn complete frames read
 * @param framesOut frames taken whole by the peer's kernel
 * @param bytesIn bytes read
 * @param bytesOut bytes taken by the kernel
 * @param undelivered frames read from or meant for the peer that were not delivered
 * @param partialFrameBytes bytes held of an incomplete frame
 * @param count how many connections the record stands for: 1, or more for rapid
 * reconnects of one peer and for clients that were refused; the bytes are those of all,
 * the rest is the newest one's
 * @param tls what TLS had settled, {@code null} without it
 */
public record Closure(String id, String route, Side side, String remote, @Nullable String peerId, CloseReason reason,
		EndedBy endedBy, String detail, Instant openedAt, Instant closedAt, long framesIn, long framesOut, long bytesIn,
		long bytesOut, Undelivered undelivered, int partialFrameBytes, int count, @Nullable Tls tls) {

	/**
	 * The record of a connection without TLS.
	 */
	public Closure(String id, String route, Side side, String remote, @Nullable String peerId, CloseReason reason,
			EndedBy endedBy, String detail, Instant openedAt, Instant closedAt, long framesIn, long framesOut,
			long bytesIn, long bytesOut, Undelivered undelivered, int partialFrameBytes, int count) {
		this(id, route, side, remote, peerId, reason, endedBy, detail, openedAt, closedAt, framesIn, framesOut, bytesIn,
				bytesOut, undelivered, partialFrameBytes, count, null);
	}

	/**
	 * Combines this record with an earlier one.
	 * @param earlier of connections that ended alike
	 * @return one record of all of them
	 */
	Closure after(Closure earlier) {
		return new Closure(this.id, this.route, this.side, this.remote, this.peerId, this.reason, this.endedBy,
				this.detail, this.openedAt, this.closedAt, this.framesIn, this.framesOut,
				this.bytesIn + earlier.bytesIn, this.bytesOut + earlier.bytesOut, this.undelivered,
				this.partialFrameBytes, this.count + earlier.count, this.tls);
	}

	Closure times(int times) {
		return new Closure(this.id, this.route, this.side, this.remote, this.peerId, this.reason, this.endedBy,
				this.detail, this.openedAt, this.closedAt, this.framesIn, this.framesOut, this.bytesIn, this.bytesOut,
				this.undelivered, this.partialFrameBytes, times, this.tls);
	}

	/**
	 * What TLS had settled.
	 *
	 * @param protocol the version
	 * @param cipher the cipher suite
	 * @param subject the distinguished name in the peer's certificate, if it had one
	 */
	public record Tls(String protocol, String cipher, @Nullable String subject) {

		public Tls {
			subject = (subject != null) ? PlainText.of(subject) : null;
		}

	}

	/**
	 * What was not delivered.
	 *
	 * @param frames a number of frames
	 * @param bytes their payloads' bytes
	 */
	public record Undelivered(long frames, long bytes) {

	}

}
