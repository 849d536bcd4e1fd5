package io.framegate.bench;

/**
 * The first eight bytes of every frame: the connection and the number of the request, so
 * that a lost, doubled or misdirected reply ends the benchmark instead of flattering it.
 * Six bits a byte, all above 0x3F: no framing's terminator is among them.
 */
final class RequestId {

	static final int LENGTH = 8;

	static final int MAX_CONNECTIONS = 1 << 18;

	/** Requests of a connection are numbered modulo this. */
	static final int MAX_REQUESTS = 1 << 30;

	private RequestId() {
	}

	static long of(int connection, int request) {
		long bits = ((long) connection << 30) | request;
		long id = 0;
		for (int place = 0; place < LENGTH; place++) {
			id |= (0x40 | ((bits >>> (6 * place)) & 0x3F)) << (8 * place);
		}
		return id;
	}

	static int connection(long id) {
		return (int) (bits(id) >>> 30);
	}

	static int request(long id) {
		return (int) bits(id) & (MAX_REQUESTS - 1);
	}

	private static long bits(long id) {
		long bits = 0;
		for (int place = 0; place < LENGTH; place++) {
			bits |= ((id >>> (8 * place)) & 0x3F) << (6 * place);
		}
		return bits;
	}

}
