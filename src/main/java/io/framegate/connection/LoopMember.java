package io.framegate.connection;

import io.netty.channel.Channel;

/**
 * A connection as its loop has it: swept for timers, and asked for what it holds. Event
 * loop only.
 */
final class LoopMember implements IoLoop.Member {

	private final Terms terms;

	private final Channel channel;

	private final HeldMemory held;

	private final ReadGate gate;

	private final FrameDecoder decoder;

	private final FrameReader reader;

	private final Output output;

	private final PeerProbe probe;

	private final Waits waits;

	private final Ending ending;

	private final Retransmits retransmits = new Retransmits();

	private int place = -1;

	LoopMember(Terms terms, Channel channel, HeldMemory held, ReadGate gate, FrameDecoder decoder, FrameReader reader,
			Output output, PeerProbe probe, Waits waits, Ending ending) {
		this.terms = terms;
		this.channel = channel;
		this.held = held;
		this.gate = gate;
		this.decoder = decoder;
		this.reader = reader;
		this.output = output;
		this.probe = probe;
		this.waits = waits;
		this.ending = ending;
	}

	@Override
	public int place() {
		return this.place;
	}

	@Override
	public void place(int place) {
		this.place = place;
	}

	@Override
	public void sweep(long now) {
		this.reader.sweep();
		if (!this.channel.isOpen()) {
			// Closed in this very sweep.
			return;
		}
		if (this.output.progress().pendingBytes() > 0) {
			this.output.settle();
		}
		this.ending.resetIfTaken();
		this.probe.sweep(now);
		// The kernel may have given up: that is counted already.
		if (this.channel.isOpen()) {
			this.waits.sweep(now);
		}
	}

	@Override
	public void countRetransmits() {
		boolean pending = this.output.progress().pendingBytes() > 0 || this.output.isEnding();
		this.terms.meters()
			.countRetransmits(this.terms.side(),
					this.retransmits.count(this.channel, this.output.progress().lastWriteAt(), pending));
	}

	@Override
	public HeldMemory held() {
		return this.held;
	}

	@Override
	public boolean isShared() {
		return this.terms.countedByExchanges();
	}

	@Override
	public void countHeld() {
		this.reader.countHeld();
	}

	@Override
	public boolean isStarved() {
		return this.gate.isStarved();
	}

	@Override
	public long refusedSince() {
		return this.decoder.refusedSince();
	}

	@Override
	public void feed() {
		this.reader.feed();
	}

	@Override
	public void abort(Cause cause) {
		this.ending.abort(cause);
	}

	@Override
	public void broken(Throwable fault) {
		this.ending.broken(fault);
	}

}
