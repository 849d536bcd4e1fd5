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
 * @param p999 99.9th percentile of latency in nanoseconds
 * @param residentKilobytes what the gateway's process had in memory at the end, in KB; 0
 * where there is none
 */
record Sample(long exchanges, long nanos, long cpuNanos, long p50, long p99, long p999, long residentKilobytes) {

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

	double p999Micros() {
		return this.p999 / 1e3;
	}

	double residentMegabytes() {
		return this.residentKilobytes / 1024.0;
	}

	@Override
	public String toString() {
		return "%,10.0f/s  p50 %,8.0f µs  p99 %,8.0f µs  p99.9 %,8.0f µs  CPU %7.2f µs  %4.0f MB".formatted(
				exchangesPerSecond(), p50Micros(), p99Micros(), p999Micros(), cpuMicrosPerExchange(),
				residentMegabytes());
	}

}
