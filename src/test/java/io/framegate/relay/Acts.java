package io.framegate.relay;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What servers are asked to do: mostly to answer, now and then something worse.
 *
 * @param bad the worse
 */
record Acts(List<String> bad) {

	static final String ANSWER = "answer";

	private static final double BAD = 0.05;

	static Acts of(String... bad) {
		return new Acts(List.of(bad));
	}

	String next(RandomGenerator random) {
		return (random.nextDouble() < BAD) ? this.bad.get(random.nextInt(this.bad.size())) : ANSWER;
	}

}
