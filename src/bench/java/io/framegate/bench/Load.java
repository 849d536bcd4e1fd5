package io.framegate.bench;

/**
 * What the clients do: each connection keeps so many requests in flight, every reply
 * being followed by the next request.
 *
 * @param connections how many connections, all open the whole time
 * @param depth requests in flight on each
 * @param payload bytes of a frame without its CR LF, at least 8
 */
record Load(int connections, int depth, int payload) {

	Load {
		if (connections < 1 || connections > RequestId.MAX_CONNECTIONS || depth < 1 || payload < RequestId.LENGTH) {
			throw new IllegalArgumentException("A load needs 1 to " + RequestId.MAX_CONNECTIONS
					+ " connections, depth 1 or more and " + RequestId.LENGTH + " bytes or more, not " + connections
					+ ", " + depth + " and " + payload);
		}
	}

	@Override
	public String toString() {
		return Table.format("%,d connections, depth %d, %,d bytes", this.connections, this.depth, this.payload);
	}

}
