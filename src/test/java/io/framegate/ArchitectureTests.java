package io.framegate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.framegate.channel.FrameDispatcher;
import io.framegate.connection.ConnectionHandler;
import io.framegate.framing.FrameSink;
import io.framegate.framing.Framing;
import io.framegate.link.UnsolicitedFrames;
import io.framegate.relay.Relay;
import io.netty.channel.ChannelHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.integration.core.MessageProducer;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.integration.ip.tcp.connection.TcpSender;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.util.unit.DataSize;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
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
			framing       →
			timeout       →
			closure       →
			metrics       → timeout closure
			transport     → framing timeout metrics closure
			tls           → route framing closure
			proxy         →
			connection    → proxy tls transport framing timeout metrics closure
			route         → framing timeout
			mask          → route
			tap           → mask connection transport framing closure
			configuration → mask tls route framing timeout
			upstream      → proxy connection tls transport route framing timeout metrics closure
			exchange      → transport route closure
			link          → exchange upstream connection transport route framing timeout metrics closure
			channel       → connection transport metrics closure
			relay         → link exchange upstream connection transport route framing metrics closure
			inbound       → proxy connection tls transport framing route metrics closure
			lifecycle     → inbound channel relay link upstream connection tls transport framing timeout metrics closure \
			route configuration mask tap
			demo          → configuration framing
			actuate       → lifecycle tap proxy connection tls transport framing route timeout metrics closure
			console       → actuate configuration route
			security      → console actuate configuration route
			""";

	/** Pairs of classes that need each other. */
	private static final Set<Set<String>> PAIRS = Set.of(Set.of("FrameConnection", "ConnectionHandler"),
			Set.of("Exchange", "Requester"));

	/** How many lines may lie in class cycles. Only ever lower it. */
	private static final int MAX_LINES_IN_CYCLES = 1000;

	private static final Path SOURCES = Path.of("src/main/java");

	private static final int MAX_LINES = 400;

	/** The kinds of these are for nobody to know. */
	private static final List<String> HANDLERS = List.of("io.framegate.connection.ConnectionHandler",
			"io.framegate.exchange.Requester", "io.framegate.link.LinkSet", "io.framegate.relay.Relay");

	/** What Spring Integration and Netty give frames to. */
	private static final List<Class<?>> ON_A_FRAMES_WAY = List.of(ChannelHandler.class, FrameDispatcher.class,
			Framing.class, FrameSink.class, MessageChannel.class, MessageHandler.class, MessageProducer.class,
			Relay.class, TcpListener.class, TcpSender.class, UnsolicitedFrames.class, ConnectionHandler.class);

	/**
	 * Who may ask the system for the time. Others ask their loop or are given a clock.
	 */
	private static final Set<String> CLOCKS = Set.of("SystemClock.java", "CoarseClock.java",
			// wait on a thread of their own, until a time that passes while they wait
			"ClosureLog.java", "ConfigurationReloader.java", "DeadlineInputStream.java", "HealthProbe.java",
			"RouteDrain.java", "Routes.java",
			// are asked on a thread that is no loop's
			"ConnectionView.java", "DeserializerStream.java",
			// give it to an Allowance
			"AuditTrail.java", "Logins.java");

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
			.check(PRODUCTION);
	}

	@ParameterizedTest
	@MethodSource("arrows")
	void packageUsesAllThatItMay(Arrow arrow) {
		assertThat(Arrays.stream(arrow.to().split(" ", -1)).filter((to) -> !to.isEmpty())).allSatisfy(
				(to) -> assertThat(PRODUCTION.that(arrow.isItself()).stream().anyMatch(dependsOn(to))).as(to).isTrue());
	}

	private static Predicate<JavaClass> dependsOn(String name) {
		DescribedPredicate<JavaClass> there = ours(name);
		return (each) -> each.getDirectDependenciesFromSelf().stream().map(Dependency::getTargetClass).anyMatch(there);
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
	void fewLinesLieInClassCycles() {
		List<ClassCycles.Cycle> cycles = ClassCycles.in(PRODUCTION);
		cycles.forEach(System.out::print);
		int lines = cycles.stream().mapToInt(ClassCycles.Cycle::lines).sum();
		System.out.printf("%d lines lie in class cycles%n", lines);
		assertThat(lines).isLessThanOrEqualTo(MAX_LINES_IN_CYCLES);
		assertThat(cycles).allMatch((cycle) -> PAIRS.contains(cycle.names()));
	}

	@Test
	void noFileIsLong() throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			assertThat(files.filter(Files::isRegularFile))
				.allSatisfy((file) -> assertThat(ClassCycles.lines(file)).isLessThanOrEqualTo(MAX_LINES));
		}
	}

	@Test
	void nobodyCastsToAKindOfHandlerOrLink() throws IOException {
		String kinds = PRODUCTION.stream()
			.filter((each) -> HANDLERS.stream()
				.anyMatch((handler) -> !each.getName().equals(handler) && each.isAssignableTo(handler)))
			.map(JavaClass::getSimpleName)
			.filter((name) -> !name.isEmpty())
			.collect(Collectors.joining("|", "(", ")"));
		Pattern cast = Pattern.compile(
				"instanceof %1$s\\b|\\(%1$s\\) |case %1$s \\w+ ->|%1$s\\.class(\\.cast|::cast|\\.isInstance|::isInstance)"
					.formatted(kinds));
		try (Stream<Path> files = Files.walk(SOURCES)) {
			List<String> casts = files.filter(Files::isRegularFile)
				.flatMap((file) -> cast.matcher(read(file))
					.results()
					.map((found) -> file.getFileName() + ": " + found.group()))
				.toList();
			assertThat(casts).isEmpty();
		}
	}

	@Test
	void onlyClocksAskTheSystemForTheTime() throws IOException {
		Predicate<String> asks = Pattern.compile("System\\s*(\\.|::)\\s*nanoTime|import static .*nanoTime")
			.asPredicate();
		try (Stream<Path> files = Files.walk(SOURCES)) {
			Set<String> asking = files.filter((file) -> Files.isRegularFile(file) && asks.test(read(file)))
				.map((file) -> file.getFileName().toString())
				.collect(Collectors.toSet());
			assertThat(asking).isEqualTo(CLOCKS);
		}
	}

	/**
	 * On its way in a frame passes SocketHandler, FrameReader, a cutter, FrameAdapter,
	 * FrameChannel, FrameDispatcher and then a Session, InboundExchanges with a link, or
	 * LocalExchanges; on its way out FrameConnection, FrameWriter, a framing and
	 * WriteBatch. What a server sends of its own accord passes UnsolicitedChannel.
	 */
	@Test
	void noFramePassesAClassOfLifecycle() {
		noClasses().that(ours("lifecycle"))
			.should()
			.beAssignableTo(
					DescribedPredicate.or(ON_A_FRAMES_WAY.stream().map(JavaClass.Predicates::assignableTo).toList()))
			.check(PRODUCTION);
	}

	@Test
	void routeIsMadeOfRecordsWithoutSpring() {
		noClasses().that(ours("route"))
			.should()
			.dependOnClassesThat(resideInAPackage("org.springframework..")
				.and(not(type(DefaultValue.class).or(type(DataSize.class)))))
			.check(PRODUCTION);
	}

	@Test
	void onlyTheConnectionLayerUsesNetty() {
		noClasses().that(not(ours("transport tls connection upstream inbound")))
			// the connections of the management server, which Spring's is built of
			.and(not(simpleNameStartingWith("ManagementConnection")))
			.should()
			.dependOnClassesThat(resideInAPackage("io.netty.."))
			.check(PRODUCTION);
	}

	@Test
	void onlyWhatIsWiredIntoSpringIntegrationUsesItsTcp() {
		noClasses().that(not(ours("framing connection upstream inbound channel lifecycle")))
			.should()
			.dependOnClassesThat(resideInAPackage("org.springframework.integration.ip.."))
			.check(PRODUCTION);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
