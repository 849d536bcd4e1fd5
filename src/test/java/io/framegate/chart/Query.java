package io.framegate.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A query in PromQL: as much of it as the chart uses.
 *
 * @param text the query
 * @param selectors the series that it asks for
 * @param grouping the labels that an aggregation leaves, or {@code null} where there is
 * none
 */
record Query(String text, List<Selector> selectors, Set<String> grouping) {

	private static final Pattern MATCHERS = Pattern.compile("\\{([^}]*)}");

	private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~|=)\"([^\"]*)\",?");

	private static final Pattern GROUPING = Pattern.compile("\\bby ?\\(([^)]*)\\)");

	private static final Pattern WINDOW = Pattern.compile("\\[[^]]*]|offset [0-9]+m");

	private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

	private static final Set<String> LANGUAGE = Set.of("sum", "min", "max", "count", "rate", "increase", "absent",
			"vector", "histogram_quantile", "or", "unless");

	/**
	 * The series that a query asks for.
	 *
	 * @param metric their name
	 * @param matchers what each label may be: one value or several with bars
	 */
	record Selector(String metric, Map<String, String> matchers) {

	}

	/**
	 * Reads a query.
	 * @param text the query
	 * @return its parts
	 */
	static Query of(String text) {
		Set<String> grouping = GROUPING.matcher(text)
			.results()
			.flatMap((labels) -> Stream.of(labels.group(1).split(", *")))
			.collect(Collectors.toCollection(TreeSet::new));
		boolean aggregated = GROUPING.matcher(text).find() || text.matches("(sum|count)\\(.*");
		String rest = WINDOW.matcher(GROUPING.matcher(text).replaceAll("")).replaceAll("");
		List<Map<String, String>> braces = MATCHERS.matcher(rest).results().map(Query::matchers).toList();
		// each pair of braces leaves its number
		int[] number = { 0 };
		rest = MATCHERS.matcher(rest).replaceAll((match) -> "#" + number[0]++ + "#");
		List<Selector> selectors = new ArrayList<>();
		for (MatchResult word : WORD.matcher(rest).results().toList()) {
			if (!LANGUAGE.contains(word.group())) {
				String after = rest.substring(word.end());
				boolean matched = after.startsWith("#");
				selectors.add(new Selector(word.group(),
						matched ? braces.get(Integer.parseInt(after.substring(1, after.indexOf('#', 1)))) : Map.of()));
			}
		}
		assertThat(selectors).as(text).isNotEmpty();
		return new Query(text, selectors, aggregated ? grouping : null);
	}

	private static Map<String, String> matchers(MatchResult braces) {
		Map<String, String> matchers = new LinkedHashMap<>();
		MATCHER.matcher(braces.group(1))
			.results()
			.forEach((matcher) -> matchers.put(matcher.group(1), matcher.group(3)));
		assertThat(MATCHER.matcher(braces.group(1)).replaceAll("")).as(braces.group()).isBlank();
		return matchers;
	}

	/**
	 * The values that the query asks for of a label.
	 * @param label the label
	 * @return the values, none of them a variable
	 */
	List<String> values(String label) {
		return this.selectors.stream()
			.flatMap((selector) -> Stream.ofNullable(selector.matchers().get(label)))
			.flatMap((values) -> Arrays.stream(values.split("\\|")))
			.filter((value) -> !value.startsWith("$"))
			.toList();
	}

}
