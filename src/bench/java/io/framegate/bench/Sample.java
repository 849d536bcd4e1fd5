package io.framegate.bench;

/**
 * One measured window.
 *
 * @param exchanges requests whose reply came within the window
 * @param nanos the length of the window
 * @param cpuNanos CPU time, user and system, that the gateway's process used in it; 0
 * where there is none
 * @param p50 median latency in nanoseconds
 * @param p99 99th percentile of latency in nanoseconds
 */
record Sample(long exchanges, long nanos, long cpuNanos, long p50, long p99) {

	double exchangesPerSecond() {
		return this.exchanges * 1e9 / this.nanos;
	}

	double cpuMicrosPerExchange() {
		return this.cpuNanos / 1e3 / this.exchanges;
	}

	/**
	 * How many cores the gateway kept busy.
	 */
	double cores() {
		return (double) this.cpuNanos / this.nanos;
	}

	double p50Micros() {
		return this.p50 / 1e3;
	}

	double p99Micros() {
		return this.p99 / 1e3;
	}

	@Override
	public String toString() {
		return "%,10.0f/s  p50 %,8.0f µs  p99 %,8.0f µs  CPU %7.2f µs".formatted(exchangesPerSecond(), p50Micros(),
				p99Micros(), cpuMicrosPerExchange());
	}

}
