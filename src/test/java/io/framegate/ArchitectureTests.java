package io.framegate;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The house: which package may use which. Dependencies run one way, the way a frame goes
 * and up to those who watch it.
 */
class ArchitectureTests {

	private static final String HOUSE = """
			framing    →
			timeout    →
			route      → framing timeout
			connection → framing timeout route
			upstream   → framing timeout route connection
			relay      → framing timeout route connection upstream
			inbound    → framing timeout route connection upstream relay
			lifecycle  → framing timeout route connection upstream relay inbound
			actuate    → framing timeout route connection lifecycle
			console    → actuate
			""";

	private static final JavaClasses PRODUCTION = new ClassFileImporter()
		.withImportOption((location) -> !location.contains("/test-classes/"))
		.importPackages("io.framegate");

	static Stream<Arrow> arrows() {
		return HOUSE.lines().map(Arrow::parse);
	}

	@ParameterizedTest
	@MethodSource("arrows")
	void packageUsesNoOther(Arrow arrow) {
		classes().that(arrow.isItself())
			.should()
			.onlyDependOnClassesThat(arrow.isItself().or(arrow.mayBeUsed()).or(not(resideInAPackage("io.framegate.."))))
			.allowEmptyShould(true)
			.check(PRODUCTION);
	}

	@Test
	void everyPackageHasItsPlace() {
		Set<String> places = arrows().map(Arrow::from).collect(Collectors.toSet());
		assertThat(PRODUCTION.stream().map(JavaClass::getPackageName).filter((name) -> !name.equals("io.framegate")))
			.allSatisfy((name) -> assertThat(places).contains(name.replace("io.framegate.", "")));
	}

	@Test
	void noPackageIsInACycle() {
		slices().matching("io.framegate.(*)..").should().beFreeOfCycles().check(PRODUCTION);
	}

	@Test
	void onlyTheConnectionLayerUsesNetty() {
		noClasses().that(not(ours("connection upstream inbound")))
			// the connections of the management server, which Spring's is built of
			.and(not(simpleNameStartingWith("ManagementConnection")))
			.should()
			.dependOnClassesThat(resideInAPackage("io.netty.."))
			.check(PRODUCTION);
	}

	@Test
	void onlyWhatIsWiredIntoSpringIntegrationUsesItsTcp() {
		noClasses().that(not(ours("framing connection upstream inbound lifecycle")))
			.should()
			.dependOnClassesThat(resideInAPackage("org.springframework.integration.ip.."))
			.check(PRODUCTION);
	}

	private static DescribedPredicate<JavaClass> ours(String names) {
		return resideInAnyPackage(Arrays.stream(names.split(" ", -1))
			.map((name) -> "io.framegate." + name + "..")
			.toArray(String[]::new));
	}

	record Arrow(String from, String to) {

		static Arrow parse(String line) {
			String[] ends = line.split("→", 2);
			return new Arrow(ends[0].strip(), ends[1].strip());
		}

		DescribedPredicate<JavaClass> isItself() {
			return ours(this.from);
		}

		DescribedPredicate<JavaClass> mayBeUsed() {
			return this.to.isEmpty() ? DescribedPredicate.alwaysFalse() : ours(this.to);
		}

		@Override
		public String toString() {
			return this.from + " → " + (this.to.isEmpty() ? "nothing" : this.to);
		}

	}

}
