package io.framegate.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Finds what a mistyped word was meant to be.
 */
final class Suggestions {

	private Suggestions() {
	}

	/**
	 * A suggestion to append to a message.
	 * @param typed what was written
	 * @param known what could have been meant
	 * @return the suggestion, or an empty text if nothing is similar
	 */
	static String suggestion(String typed, Collection<String> known) {
		return suggestion(typed, known, 1 + Schema.uniform(typed).length() / 4);
	}

	/**
	 * A suggestion to append to a message.
	 * @param typed what was written
	 * @param known what could have been meant
	 * @param slips how many typing errors are allowed
	 * @return the suggestion, or an empty text if nothing is similar
	 */
	static String suggestion(String typed, Collection<String> known, int slips) {
		return to(typed, known, slips).map((near) -> ". Did you mean '" + near + "'?").orElse("");
	}

	/**
	 * Whether one word may be a mistyped other one.
	 * @param typed what was written
	 * @param word what could have been meant
	 * @param slips how many typing errors are allowed
	 */
	static boolean isNear(String typed, String word, int slips) {
		String uniform = Schema.uniform(typed);
		return Math.abs(uniform.length() - word.length()) <= slips && distance(uniform, Schema.uniform(word)) <= slips;
	}

	private static Optional<String> to(String typed, Collection<String> known, int slips) {
		String uniform = Schema.uniform(typed);
		return known.stream()
			.filter((word) -> distance(uniform, Schema.uniform(word)) <= slips)
			.min(Comparator.comparingInt((word) -> distance(uniform, Schema.uniform(word))));
	}

	/**
	 * How many letters to add, drop, change or swap with a neighbour.
	 * @param a a word
	 * @param b another
	 * @return 0 for equal words
	 */
	private static int distance(String a, String b) {
		int[][] cost = new int[a.length() + 1][b.length() + 1];
		for (int i = 0; i <= a.length(); i++) {
			for (int j = 0; j <= b.length(); j++) {
				if (i == 0 || j == 0) {
					cost[i][j] = i + j;
					continue;
				}
				int change = (a.charAt(i - 1) == b.charAt(j - 1)) ? 0 : 1;
				cost[i][j] = Math.min(cost[i - 1][j - 1] + change, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
				if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
					cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
				}
			}
		}
		return cost[a.length()][b.length()];
	}

}
