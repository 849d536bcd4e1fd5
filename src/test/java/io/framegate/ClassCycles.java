package io.framegate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;

/**
 * Groups of outermost classes that know each other: none of a group can be read, tested
 * or moved without the others. Looks inside each package, for packages themselves have no
 * cycles.
 */
final class ClassCycles {

	private final Map<JavaClass, Set<JavaClass>> uses = new LinkedHashMap<>();

	private final Map<JavaClass, Integer> order = new HashMap<>();

	private final Map<JavaClass, Integer> lowest = new HashMap<>();

	private final Deque<JavaClass> open = new ArrayDeque<>();

	private final List<Cycle> found = new ArrayList<>();

	private ClassCycles(JavaClasses classes) {
		for (JavaClass each : classes) {
			JavaClass from = outermost(each);
			Set<JavaClass> used = this.uses.computeIfAbsent(from, (key) -> new TreeSet<>(ClassCycles::byName));
			each.getDirectDependenciesFromSelf()
				.stream()
				.map(Dependency::getTargetClass)
				.map(ClassCycles::outermost)
				.filter((to) -> !to.equals(from) && to.getPackageName().equals(from.getPackageName()))
				.forEach(used::add);
		}
	}

	/**
	 * Finds all cycles.
	 * @param classes the classes to look at
	 * @return the cycles, by package
	 */
	static List<Cycle> in(JavaClasses classes) {
		ClassCycles cycles = new ClassCycles(classes);
		cycles.uses.keySet().stream().filter((each) -> !cycles.order.containsKey(each)).forEach(cycles::visit);
		return cycles.found.stream().sorted(Comparator.comparing(Cycle::packageName)).toList();
	}

	/** Tarjan's algorithm: strongly connected components. */
	private void visit(JavaClass each) {
		this.order.put(each, this.order.size());
		this.lowest.put(each, this.order.get(each));
		this.open.push(each);
		for (JavaClass used : this.uses.getOrDefault(each, Set.of())) {
			if (!this.order.containsKey(used)) {
				visit(used);
				this.lowest.merge(each, this.lowest.get(used), Math::min);
			}
			else if (this.open.contains(used)) {
				this.lowest.merge(each, this.order.get(used), Math::min);
			}
		}
		if (this.lowest.get(each).equals(this.order.get(each))) {
			Set<JavaClass> members = new TreeSet<>(ClassCycles::byName);
			JavaClass member;
			do {
				member = this.open.pop();
				members.add(member);
			}
			while (!member.equals(each));
			if (members.size() > 1) {
				this.found.add(cycle(members));
			}
		}
	}

	private Cycle cycle(Set<JavaClass> members) {
		Map<String, List<String>> arrows = new TreeMap<>();
		for (JavaClass member : members) {
			arrows.put(member.getSimpleName(),
					this.uses.get(member).stream().filter(members::contains).map(JavaClass::getSimpleName).toList());
		}
		return new Cycle(members.iterator().next().getPackageName(), arrows,
				members.stream().mapToInt(ClassCycles::lines).sum());
	}

	private static int byName(JavaClass one, JavaClass other) {
		return one.getName().compareTo(other.getName());
	}

	/**
	 * The class that the file of a class is named after.
	 * @param nested any class
	 * @return the class itself, or the outermost that it is nested in
	 */
	static JavaClass outermost(JavaClass nested) {
		return nested.getEnclosingClass().map(ClassCycles::outermost).orElse(nested);
	}

	private static int lines(JavaClass outermost) {
		return lines(Path.of("src/main/java", outermost.getName().replace('.', '/') + ".java"));
	}

	/**
	 * Counts the lines of a file.
	 * @param file the file
	 * @return how many there are
	 */
	static int lines(Path file) {
		try (Stream<String> lines = Files.lines(file)) {
			return (int) lines.count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Classes of which each needs all the others.
	 *
	 * @param packageName their package
	 * @param arrows which of the others each uses, by simple name
	 * @param lines how many lines their files have
	 */
	record Cycle(String packageName, Map<String, List<String>> arrows, int lines) {

		Set<String> names() {
			return this.arrows.keySet();
		}

		@Override
		public String toString() {
			StringBuilder text = new StringBuilder(
					"%s: %d classes, %d lines%n".formatted(this.packageName, this.arrows.size(), this.lines));
			this.arrows.forEach((from, to) -> text.append("    %s → %s%n".formatted(from, String.join(" ", to))));
			return text.toString();
		}

	}

}
