package io.framegate.network;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.framegate.network.Framegate.Ending;

/**
 * One kind of traffic: its server, what its clients count, and whether in the end the
 * gateway counts the same.
 */
final class Traffic {

	private static final Duration SETTLING = Duration.ofMinutes(3);

	private final Kind kind;

	private final Verdict verdict;

	private final EchoServer server;

	private final Set<Long> arrived = ConcurrentHashMap.newKeySet();

	private final LongAdder connections = new LongAdder();

	private final LongAdder framesSent = new LongAdder();

	private final LongAdder payloadSent = new LongAdder();

	private final LongAdder bytesSent = new LongAdder();

	private final LongAdder framesReceived = new LongAdder();

	private final LongAdder payloadReceived = new LongAdder();

	Traffic(Kind kind, Network network, Verdict verdict) throws IOException {
		this.kind = kind;
		this.verdict = verdict;
		this.server = new EchoServer(network.servers(), network.server(kind.port()), kind.servers(), isAnswered(),
				this::arrived, (fault) -> fault(kind.label() + " server " + fault));
	}

	Kind kind() {
		return this.kind;
	}

	boolean isAnswered() {
		return this.kind != Kind.ONE_WAY;
	}

	byte[] frame(long number) {
		return Frames.make(number, this.kind == Kind.CORRELATED || this.kind == Kind.ONE_WAY);
	}

	void fault(String text) {
		this.verdict.fault(text);
	}

	void connected() {
		this.connections.increment();
	}

	void sent(int payload, int bytes) {
		this.framesSent.increment();
		this.payloadSent.add(payload);
		this.bytesSent.add(bytes);
	}

	void received(int payload) {
		this.framesReceived.increment();
		this.payloadReceived.add(payload);
	}

	/**
	 * A frame that nobody answers is compared where it arrives.
	 */
	private void arrived(byte[] payload) {
		if (!isAnswered()) {
			long number = Frames.number(payload);
			if (!Arrays.equals(payload, frame(number))) {
				fault("one-way server: frame " + number + " is broken");
			}
			if (!this.arrived.add(number)) {
				fault("one-way server: frame " + number + " came twice");
			}
		}
	}

	/**
	 * Compares the counts of clients, server and gateway.
	 */
	void settle(Framegate gateway) throws IOException {
		String route = this.kind.label();
		gateway.await("the connections of " + route + " to end", SETTLING,
				() -> gateway.metric("framegate_connections_active", route, "side=inbound") == 0
						&& (this.server.bytes() == this.payloadSent.sum() || !this.verdict.faults().isEmpty()));
		long connected = this.connections.sum();
		long framesIn = this.framesSent.sum();
		long framesOut = this.framesReceived.sum();
		expect("payload bytes at the server", this.payloadSent.sum(), this.server.bytes());
		expect("payload bytes answered", isAnswered() ? this.payloadSent.sum() : 0, this.payloadReceived.sum());
		expect("frames answered", isAnswered() ? framesIn : 0, framesOut);
		if (this.kind != Kind.STREAM) {
			expect("frames at the server", framesIn, this.server.frames());
			expect("frames in", framesIn, gateway.metric("framegate_frames_total", route, "direction=in"));
			expect("frames out", framesOut, gateway.metric("framegate_frames_total", route, "direction=out"));
		}
		expect("bytes in", this.bytesSent.sum(), gateway.metric("framegate_bytes_total", route, "direction=in"));
		expect("bytes out", isAnswered() ? this.bytesSent.sum() : 0,
				gateway.metric("framegate_bytes_total", route, "direction=out"));
		expect("undelivered", 0, gateway.metric("framegate_frames_undelivered_total", route));
		expect("discarded replies", 0, gateway.metric("framegate_replies_discarded_total", route));
		expect("timers fired", 0, gateway.metric("framegate_timeouts_fired_total", route));
		expect("clients accepted", connected,
				gateway.metric("framegate_connections_opened_total", route, "side=inbound"));
		expect("clients that ended in order", connected,
				gateway.metric("framegate_connections_closed_total", route, "side=inbound", "reason=inbound-eof"));
		System.out.printf("%-12s %,9d connections %,10d frames %,8.1f MB%n", this.kind.label(), connected, framesIn,
				this.payloadSent.sum() / 1e6);
		for (Ending ending : gateway.endings(this.kind.label())) {
			if (ending.side().equals("inbound") && !ending.reason().equals("inbound-eof")) {
				System.out.println("  " + ending);
			}
		}
	}

	private void expect(String what, long expected, long found) {
		this.verdict.expect(this.kind.label() + ", " + what, expected, found);
	}

}
