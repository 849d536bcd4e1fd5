package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which framings bytes are said to have.
 */
class FramingTrialTests {

	private static final int LIMIT = 65_536;

	private static final List<String> NAMES = List.copyOf(Presets.ALL.keySet());

	/** A length in one byte proves little, and neither do headers of zeros. */
	private static final Set<String> WEAK = Set.of("protobuf", "mqtt", "openflow", "cql", "enip");

	private static List<FramingTrial> all(byte[] bytes) {
		return FramingTrial.all(Map.of(), bytes, LIMIT);
	}

	private static List<String> best(List<FramingTrial> trials) {
		return trials.stream()
			.filter((trial) -> trial.isBest(trials.getFirst()))
			.map((trial) -> trial.framing().name() + (trial.framing().lengthIncludesHeader() ? "+" : ""))
			.toList();
	}

	private static List<String> best(String text) {
		String written = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
		return best(all(written.getBytes(StandardCharsets.ISO_8859_1)));
	}

	/** The frames of a protocol are recognised as its preset's. */
	@ParameterizedTest
	@FieldSource("NAMES")
	void realFramesAreRecognised(String preset) throws Exception {
		ByteArrayOutputStream stream = new ByteArrayOutputStream();
		for (int i = 0; i < 2; i++) {
			for (PresetBytes.Frame frame : PresetBytes.ALL.get(preset).frames()) {
				stream.write(frame.wire().toBytes());
			}
		}
		List<FramingTrial> trials = all(stream.toByteArray());
		FramingTrial its = trials.stream()
			.filter((trial) -> trial.framing().name().equals(preset))
			.findFirst()
			.orElseThrow();
		assertThat(its.isComplete()).isTrue();
		assertThat(its.pieces()).hasSize(2 * PresetBytes.ALL.get(preset).frames().size());
		assertThat(its.leftover()).isZero();
		assertThat(trials.indexOf(its))
			.as("%s: %s", preset,
					trials.stream().limit(9).map((one) -> one.framing().name() + " " + one.score()).toList())
			.isLessThan(12);
		assertThat(its.isBest(trials.getFirst()) || WEAK.contains(preset))
			.as("%s of %d among %s of %d", preset, its.score(), best(trials), trials.getFirst().score())
			.isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiterString = "=>", textBlock = """
			hello\\r\\nworld\\r\\n      => crlf
			hello\\nworld\\n            => lf
			{"a":1}\\0{"b":2}\\0        => nul
			0005hello0005world          => ascii4
			5:hello,5:world,            => netstring
			""")
	void textIsRecognised(String text, String framing) {
		assertThat(best(text)).contains(framing).doesNotContain("stream");
	}

	@Test
	void lengthThatCountsItselfIsRecognised() {
		assertThat(best("\0\7hello\0\7world")).contains("length2+", "nac-inclusive", "amex").doesNotContain("length2");
		assertThat(best("\0\5hello\0\5world")).contains("length2", "post").doesNotContain("length2+");
	}

	@Test
	void piecesSayWhatWasCut() {
		FramingTrial trial = all(HexFormat.of().parseHex("00024142" + "0001" + "43" + "0005" + "44")).stream()
			.filter((one) -> one.framing().name().equals("length2") && !one.framing().lengthIncludesHeader())
			.findFirst()
			.orElseThrow();
		assertThat(trial.pieces()).extracting(CutFrame::offset).containsExactly(0, 4);
		assertThat(trial.pieces()).extracting(CutFrame::length).containsExactly(4, 3);
		assertThat(trial.pieces()).extracting((one) -> one.payload().length).containsExactly(2, 1);
		assertThat(trial.leftover()).isEqualTo(3);
		assertThat(trial.fault()).isNull();
		assertThat(trial.isComplete()).isFalse();
	}

	@Test
	void faultsComeLast() {
		List<FramingTrial> trials = all("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
		assertThat(trials.getFirst().framing().name()).isIn("crlf", "wialon");
		assertThat(trials.getLast().group()).isEqualTo(FramingTrial.Group.FAULT);
		assertThat(trials).isSortedAccordingTo((one, two) -> one.group().compareTo(two.group()));
	}

	@Test
	void declaredFramingHidesItsPresetAndComesFirst() {
		FramingDeclaration mine = Declared
			.declaration("length-field-length: 2; length-field-byte-order: little-endian");
		List<FramingTrial> trials = FramingTrial.all(Map.of("visa", mine),
				HexFormat.of().parseHex("0500" + "4142434445" + "0100" + "41"), LIMIT);
		assertThat(trials.getFirst().framing().name()).isEqualTo("visa");
		assertThat(KnownFraming.all(Map.of("amex", mine)).stream().filter((one) -> one.name().equals("amex")))
			.singleElement()
			.returns(KnownFraming.Kind.DECLARED, KnownFraming::kind);
	}

	@Test
	void builtInDeclarationsAreTheFramingsThemselves() throws Exception {
		for (KnownFraming known : KnownFraming.all(Map.of())) {
			FramingDeclaration declaration = known.declaration();
			if (known.kind() == KnownFraming.Kind.BUILT_IN && declaration != null) {
				byte[] payload = "payload".getBytes(StandardCharsets.ISO_8859_1);
				ByteArrayOutputStream built = new ByteArrayOutputStream();
				known.framing().serializer().serialize(payload, built);
				ByteArrayOutputStream declared = new ByteArrayOutputStream();
				Framings.of("x", declaration).serializer().serialize(payload, declared);
				assertThat(declared.toByteArray()).as(known.name()).isEqualTo(built.toByteArray());
			}
		}
		assertThat(KnownFraming.all(Map.of()).stream().map(KnownFraming::name))
			.startsWith(Framings.NAMES.toArray(String[]::new));
	}

	/** Random bytes are seldom said to be anything. */
	@Test
	void randomBytesAreNothing() {
		Random random = new Random(12);
		int claims = 0;
		for (int i = 0; i < 300; i++) {
			byte[] bytes = new byte[40 + random.nextInt(400)];
			random.nextBytes(bytes);
			claims += best(all(bytes)).isEmpty() ? 0 : 1;
		}
		assertThat(claims).isLessThan(30);
	}

	/** So many frames as there can be. */
	@Test
	void manyFramesAreCut() {
		List<FramingTrial> trials = all(new byte[65_536]);
		assertThat(trials).anyMatch((trial) -> trial.pieces().size() == 65_536);
	}

}
