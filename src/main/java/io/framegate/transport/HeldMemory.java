package io.framegate.transport;

/**
 * What one connection holds, charged to its loop's {@link MemoryAccount}. Event loop
 * only.
 */
public final class HeldMemory {

	private final MemoryAccount account;

	private long input;

	private long output;

	private long exchanges;

	private long secured;

	private boolean open;

	public HeldMemory(MemoryAccount account) {
		this.account = account;
	}

	void opened() {
		this.open = true;
		this.account.budget().opened();
	}

	/**
	 * The connection is closed or about to be. Its buffers no longer count; what its
	 * exchanges hold does.
	 */
	void closed() {
		if (this.open) {
			this.open = false;
			this.account.budget().closed();
			this.account.change(-this.input - this.output - this.secured);
		}
		this.input = 0;
		this.output = 0;
		this.secured = 0;
	}

	/**
	 * What was read and not delivered.
	 * @param bytes all of it
	 */
	public void input(long bytes) {
		if (bytes != this.input && this.open) {
			this.account.change(bytes - this.input);
			this.input = bytes;
		}
	}

	/**
	 * What was written and not taken by the kernel.
	 * @param bytes all of it
	 */
	public void output(long bytes) {
		if (bytes != this.output && this.open) {
			this.account.change(bytes - this.output);
			this.output = bytes;
		}
	}

	/**
	 * What TLS takes: its engine, and a record that is not complete.
	 * @param bytes all of it
	 */
	public void secured(long bytes) {
		if (bytes != this.secured && this.open) {
			this.account.change(bytes - this.secured);
			this.secured = bytes;
		}
	}

	/**
	 * Reserves memory for what is about to be written.
	 * @param bytes how much more
	 * @return whether there is enough
	 */
	public boolean tryOutput(long bytes) {
		if (!this.open) {
			return true;
		}
		boolean enough = this.account.tryTake(bytes);
		if (enough) {
			this.output += bytes;
		}
		return enough;
	}

	/**
	 * Requests and replies in flight, even if the connection is closed.
	 * @param bytes how much more, or less
	 */
	public void exchanges(long bytes) {
		this.exchanges += bytes;
		this.account.change(bytes);
	}

	public boolean tryExchanges(long bytes) {
		boolean enough = this.account.tryTake(bytes);
		if (enough) {
			this.exchanges += bytes;
		}
		return enough;
	}

	MemoryBudget.Level level() {
		return this.account.budget().level();
	}

	/**
	 * All that it holds besides itself.
	 * @return bytes
	 */
	long total() {
		return this.input + this.output + this.exchanges;
	}

}
