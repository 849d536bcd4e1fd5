package io.framegate.configuration;

import java.util.Map;

import io.framegate.framing.BytePattern;
import io.framegate.framing.EmptyFrames;
import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.HexBytes;
import io.framegate.framing.LengthByteOrder;
import io.framegate.framing.LengthEncoding;
import io.framegate.route.Route;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

/**
 * How framings are declared.
 */
class FramingPropertiesTests {

	private static final String PATTERN = "must be pairs of hexadecimal digits, ?? for any byte, classes such as [0-9], or text:<characters>";

	private static final String LIST = "is a list: each of its elements begins with a dash";

	@Test
	void everyPropertyCanBeSet() {
		Map<String, FramingDeclaration> framings = TestConfiguration.empty().yaml("""
				framegate:
				  framings:
				    length:
				      length-field-offset: 2
				      length-field-length: 2
				      length-field-byte-order: little-endian
				      length-field-mask: 7FFF
				      length-adjustment: -2
				      initial-bytes-to-strip: 4
				      header: 7E??0000
				      trailer: text:\\r\\n
				      empty-frames: answer
				    searched:
				      length-field-after: "\\x019="
				      length-field-until: "\\x01"
				      length-field-encoding: decimal
				      length-adjustment: 7
				    syslog:
				      length-field-until: " "
				      length-field-encoding: decimal
				      initial-bytes-to-strip: all
				    jt808:
				      start-delimiter: 7E
				      delimiter: 7E
				      escape: {byte: 7D, map: {01: 7D, 02: 7E}}
				    slip:
				      delimiter: C0
				      strip-delimiter: true
				      skip-before-start: false
				      escape:
				        byte: DB
				        xor: 20
				    gt06:
				      first-of:
				        - {starts-with: 7878, length-field-offset: 2, length-field-length: 1, length-adjustment: 2}
				        - {starts-with: 7979, length-field-offset: 2, length-field-length: 2, length-adjustment: 2}
				    eight:
				      fixed-length: 8
				    mllp-or-so:
				      start-delimiter: 0B
				      delimiter: [1C0D, 1C]
				      skip-before-start: true
				""").read().framings();
		FramingDeclaration length = framings.get("length");
		assertThat(length.lengthFieldOffset()).isEqualTo(2);
		assertThat(length.lengthFieldLength()).isEqualTo(2);
		assertThat(length.lengthFieldByteOrder()).isEqualTo(LengthByteOrder.LITTLE_ENDIAN);
		assertThat(length.lengthFieldMask()).isEqualTo(HexBytes.of("7FFF"));
		assertThat(length.lengthAdjustment()).isEqualTo(-2);
		assertThat(length.initialBytesToStrip()).isEqualTo("4");
		assertThat(length.header()).isEqualTo(new BytePattern("7E??0000"));
		assertThat(length.trailer()).isEqualTo(HexBytes.of("0D0A"));
		assertThat(length.emptyFrames()).isEqualTo(EmptyFrames.ANSWER);
		FramingDeclaration searched = framings.get("searched");
		assertThat(searched.lengthFieldAfter()).isEqualTo("\u00019=");
		assertThat(searched.lengthFieldUntil()).isEqualTo("\u0001");
		assertThat(searched.lengthFieldEncoding()).isEqualTo(LengthEncoding.DECIMAL);
		assertThat(framings.get("syslog").lengthFieldUntil()).isEqualTo(" ");
		assertThat(framings.get("jt808").escape()).isEqualTo(new FramingDeclaration.Escape(HexBytes.of("7D"),
				Map.of("01", HexBytes.of("7D"), "02", HexBytes.of("7E")), null));
		assertThat(framings.get("slip").escape())
			.isEqualTo(new FramingDeclaration.Escape(HexBytes.of("DB"), Map.of(), HexBytes.of("20")));
		assertThat(framings.get("gt06").firstOf()).extracting(FramingDeclaration::startsWith)
			.containsExactly(new BytePattern("7878"), new BytePattern("7979"));
		assertThat(framings.get("gt06").firstOf()).extracting(FramingDeclaration::lengthFieldLength)
			.containsExactly(1, 2);
		assertThat(framings.get("eight").fixedLength()).isEqualTo(8);
		assertThat(framings.get("mllp-or-so").delimiter()).containsExactly(HexBytes.of("1C0D"), HexBytes.of("1C"));
		assertThat(framings.get("mllp-or-so").skipBeforeStart()).isTrue();
	}

	@Test
	void variablesDeclareFramings() {
		Map<String, FramingDeclaration> framings = TestConfiguration.empty()
			.variables(Map.ofEntries(entry("FRAMEGATE_FRAMINGS_MY_LINES_DELIMITER", "0D0A, 0A"),
					entry("FRAMEGATE_FRAMINGS_MY_LINES_ESCAPE_BYTE", "7D"),
					entry("FRAMEGATE_FRAMINGS_MY_LINES_ESCAPE_MAP_01", "7D"),
					entry("FRAMEGATE_FRAMINGS_MY_LINES_SKIP_BEFORE_START", "true"),
					entry("FRAMEGATE_FRAMINGS_MY_LINES_START_DELIMITER", "02"),
					entry("FRAMEGATE_FRAMINGS_MY_LINES_ESCAPE_MAP_7D", "0A"),
					entry("FRAMEGATE_FRAMINGS_OTHER_DELIMITER_0", "00"),
					entry("FRAMEGATE_FRAMINGS_OTHER_DELIMITER_1", "text:,"),
					entry("FRAMEGATE_FRAMINGS_GT06_FIRST_OF_0_STARTS_WITH", "7878"),
					entry("FRAMEGATE_FRAMINGS_GT06_FIRST_OF_0_FIXED_LENGTH", "8"),
					entry("FRAMEGATE_FRAMINGS_GT06_FIRST_OF_1_STARTS_WITH", "[0-9]"),
					entry("FRAMEGATE_FRAMINGS_GT06_FIRST_OF_1_LENGTHFIELDUNTIL", " "),
					entry("FRAMEGATE_FRAMINGS_GT06_FIRST_OF_1_LENGTH_FIELD_ENCODING", "decimal")))
			.read()
			.framings();
		assertThat(framings.get("my-lines").delimiter()).containsExactly(HexBytes.of("0D0A"), HexBytes.of("0A"));
		assertThat(framings.get("my-lines").escape()).isEqualTo(new FramingDeclaration.Escape(HexBytes.of("7D"),
				Map.of("01", HexBytes.of("7D"), "7d", HexBytes.of("0A")), null));
		assertThat(framings.get("other").delimiter()).containsExactly(HexBytes.of("00"), HexBytes.of("2C"));
		assertThat(framings.get("gt06").firstOf()).extracting(FramingDeclaration::startsWith)
			.containsExactly(new BytePattern("7878"), new BytePattern("[0-9]"));
		assertThat(framings.get("gt06").firstOf().getLast().lengthFieldUntil()).isEqualTo(" ");
	}

	@Test
	void variablesChangeWhatAFileDeclares() {
		TestConfiguration file = TestConfiguration.empty().yaml("""
				framegate:
				  framings:
				    card-auth:
				      length-field-length: 2
				      first-of: []
				    gt06:
				      first-of:
				        - {starts-with: 7878, fixed-length: 8}
				        - {starts-with: 7979, fixed-length: 9}
				""");
		Map<String, FramingDeclaration> framings = file.variables(
				Map.of("FRAMEGATE_FRAMINGS_CARDAUTH_TRAILER", "03", "FRAMEGATE_FRAMINGS_GT06_FIRST_OF_0_STARTS_WITH",
						"01", "FRAMEGATE_FRAMINGS_GT06_FIRST_OF_0_FIXEDLENGTH", "7"))
			.read()
			.framings();
		assertThat(framings.get("card-auth").trailer()).isEqualTo(HexBytes.of("03"));
		assertThat(framings.get("card-auth").lengthFieldLength()).isEqualTo(2);
		// a list is taken whole from one source
		assertThat(framings.get("gt06").firstOf()).extracting(FramingDeclaration::fixedLength).containsExactly(7);
	}

	@Test
	void routeCarriesWhatItsSidesName() {
		TestConfiguration configuration = TestConfiguration.route("orders").yaml("""
				framegate:
				  framings:
				    visa: {length-field-length: 2}
				    unused: {delimiter: 0A}
				    ascii4: {fixed-length: 4}
				""");
		Route route = configuration.property("framegate.routes.orders.listen.framing", "visa").onlyRoute();
		assertThat(route.upstream().framing()).isEqualTo("visa");
		assertThat(route.framings()).containsOnlyKeys("visa");
		route = configuration.property("framegate.routes.orders.upstream.framing", "ascii4").onlyRoute();
		assertThat(route.framings()).containsOnlyKeys("visa", "ascii4");
		assertThat(route.framings().get("ascii4").fixedLength()).isEqualTo(4);
		route = configuration.property("framegate.routes.orders.listen.framing", "mllp-lenient")
			.property("framegate.routes.orders.upstream.framing", "crlf")
			.onlyRoute();
		assertThat(route.framings()).isEmpty();
	}

	@Test
	void unknownFramingIsSuggested() {
		TestConfiguration configuration = TestConfiguration.route("orders").yaml("""
				framegate:
				  framings:
				    visa: {length-field-length: 2}
				""");
		assertThat(configuration.property("framegate.routes.orders.listen.framing", "vissa").problems()).singleElement()
			.asString()
			.startsWith("framegate.routes.orders.listen.framing = \"vissa\": must be one of crlf, lf,")
			.contains("a preset (", "ascii4", "a name declared under framegate.framings (visa), or bean:<name>")
			.contains("Did you mean 'visa'?");
		assertThat(configuration.property("framegate.routes.orders.listen.framing", "asci4").problems()).singleElement()
			.asString()
			.contains("Did you mean 'ascii4'?");
	}

	@Test
	void nearMissesOfTheGroupAreSuggested() {
		assertThat(TestConfiguration.empty().yaml("framegate.framing.visa: {length-field-length: 2}").problems())
			.singleElement()
			.asString()
			.startsWith("framegate.framing: is not a known key. Did you mean 'framings'?");
		assertThat(TestConfiguration.empty().variable("FRAMEGATE_FRAMING_VISA_TRAILER", "03").problems())
			.singleElement()
			.asString()
			.startsWith(
					"FRAMEGATE_FRAMING_VISA_TRAILER: is not a known variable. Did you mean 'FRAMEGATE_FRAMINGS_VISA_TRAILER'?");
		assertThat(TestConfiguration.empty().variable("FRAMEGATE_FRAMINGS_VISA_TRAILLER", "03").problems())
			.singleElement()
			.asString()
			.startsWith(
					"FRAMEGATE_FRAMINGS_VISA_TRAILLER = \"03\": is not a known variable. Did you mean 'FRAMEGATE_FRAMINGS_VISA_TRAILER'?");
	}

	@Test
	void headerIsCountedOnlyByBuiltInLengths() {
		assertThat(TestConfiguration.route("orders")
			.yaml("framegate.framings.visa: {length-field-length: 2}")
			.property("framegate.routes.orders.listen.framing", "visa")
			.property("framegate.routes.orders.listen.length-includes-header", true)
			.problems()).singleElement()
			.asString()
			.contains("framegate.routes.orders.listen.length-includes-header")
			.contains("applies only to the framings length1, length2 and length4");
	}

	@Test
	void problemsNamePropertyValueAndWhatIsAllowed() {
		assertThat(TestConfiguration.empty().yaml("""
				framegate:
				  framings:
				    crlf: {delimiter: 0D0A}
				    Visa: {length-field-length: 2}
				    bean:x: {length-field-length: 2}
				    "[bean:y]": {length-field-length: 2}
				    a: {length-field-length: two}
				    b: {length-field-length: 2, header: 123}
				    c: {length-field-lenght: 2}
				    d: {length-field-length: 2, length-field-encoding: dezimal}
				    e: {first-of: {starts-with: 78}}
				    f: {first-of: [{starts-with: "7", fixed-length: 2}]}
				    g: {delimiter: 0A, strip-delimiter: 7}
				    h: {escape: 7D}
				    i: {first-of: some}
				    j: {delimiter: [0A, 0]}
				    l: {first-of: [{starts-with: [0-9], fixed-length: 2}]}
				""").property("framegate.framings.k.first-of[1].fixed-length", "8").problems())
			.extracting(Problem::property, Problem::value, Problem::message)
			.containsExactlyInAnyOrder(
					tuple("framegate.framings.crlf", null, "is a built-in framing: choose another name"),
					tuple("framegate.framings[Visa]", null, DeclaredFramings.NAME_RULE),
					tuple("framegate.framings[bean:x]", null, DeclaredFramings.NAME_RULE),
					tuple("framegate.framings[bean:y]", null, DeclaredFramings.NAME_RULE),
					tuple("framegate.framings.a.length-field-length", "two", "must be a whole number"),
					tuple("framegate.framings.b.header", "123", PATTERN),
					tuple("framegate.framings.c.length-field-lenght", "2",
							"is not a known key. Did you mean 'length-field-length'?"),
					tuple("framegate.framings.d.length-field-encoding", "dezimal",
							"must be one of binary, decimal, hex, bcd, varint. Did you mean 'decimal'?"),
					tuple("framegate.framings.e.first-of", null, LIST),
					tuple("framegate.framings.f.first-of[0].starts-with", "7", PATTERN),
					tuple("framegate.framings.g.strip-delimiter", "7", "must be true or false"),
					tuple("framegate.framings.h.escape", "7D", "takes keys of its own, not a value: byte, map, xor"),
					tuple("framegate.framings.i.first-of", "some", LIST),
					tuple("framegate.framings.j.delimiter[1]", "0",
							"must be pairs of hexadecimal digits, such as 1C0D, or text:<characters>"),
					tuple("framegate.framings.k.first-of[1]", null,
							"is not the first of its list, and there is no framegate.framings.k.first-of[0]"),
					tuple("framegate.framings.l.first-of[0].starts-with", "0-9",
							"takes one value, not a list: in YAML, put brackets in quotes"));
	}

}
