package io.framegate.framing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is wrong with a declaration.
 */
class FramingLintTests {

	private static final String TWO = "length-field-length: 2; ";

	private static final String UNTIL = "length-field-until: \\x3A; length-field-encoding: decimal; ";

	private static final String LINE = "delimiter: 0D0A; ";

	private static final String STUFFED = "delimiter: 7E; escape.byte: 7D; ";

	private static final List<String> STARTS = List.of("01", "0102", "??", "[0-9]", "text:A", "00", "7E", "??01");

	private static final List<String> ANY = List.of("length-field-offset=0", "length-field-offset=2",
			"length-field-offset=65536", "length-field-offset=-1", "length-field-after=AB", "length-field-after=\\x01",
			"length-field-length=1", "length-field-length=2", "length-field-length=4", "length-field-length=8",
			"length-field-length=9", "length-field-until=:", "length-field-until=7", "length-field-encoding=binary",
			"length-field-encoding=decimal", "length-field-encoding=hex", "length-field-encoding=bcd",
			"length-field-encoding=varint", "length-field-byte-order=little-endian", "length-field-mask=7FFF",
			"length-field-mask=0000", "length-field-mask=F0", "length-adjustment=2", "length-adjustment=-2",
			"length-adjustment=-1000000000", "initial-bytes-to-strip=0", "initial-bytes-to-strip=2",
			"initial-bytes-to-strip=4", "initial-bytes-to-strip=all", "initial-bytes-to-strip=99999999999",
			"header=00000000", "header=7E??", "header=[0-9]01", "trailer=03", "trailer=0D0A", "start-delimiter=7E",
			"start-delimiter=0B0B", "delimiter=0A", "delimiter=7E", "delimiter=1C0D,1C", "delimiter=0D0A,0A",
			"strip-delimiter=false", "strip-delimiter=true", "skip-before-start=true", "escape.byte=7D",
			"escape.byte=0A", "escape.map[01]=7D", "escape.map[2]=7E", "escape.map[x]=7E", "escape.xor=20",
			"escape.xor=00", "fixed-length=8", "fixed-length=1", "empty-frames=answer", "empty-frames=ignore",
			"first-of[0].delimiter=00");

	private static void check(String properties, String expected) {
		List<String> faults = Framings.faults(Declared.declaration(properties))
			.stream()
			.map((fault) -> fault.property() + " " + fault.message())
			.toList();
		assertThat(faults).as(properties).singleElement().asString().startsWith(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-offset: 2                                        | ' must have exactly one of length-field-length, length-field-until, length-field-encoding: varint, delimiter, fixed-length and first-of'
					length-field-encoding: decimal                                | ' must have exactly one of'
					empty-frames: ignore                                          | ' must have exactly one of'
					length-field-length: 2; delimiter: 0A                         | delimiter cannot be combined with a length field
					length-field-length: 2; fixed-length: 8                       | fixed-length cannot be combined with a length field
					delimiter: 0A; fixed-length: 8                                | fixed-length cannot be combined with delimiter
					length-field-encoding: varint; delimiter: 0A                  | delimiter cannot be combined with a length field
					starts-with: 7878; fixed-length: 8                            | starts-with applies only within first-of
					fixed-length: 0                                               | fixed-length must be 1 to 1073741824
					fixed-length: 1073741825                                      | fixed-length must be 1 to 1073741824
					fixed-length: 2; trailer: 0102                                | trailer must be shorter than fixed-length
					fixed-length: 8; header: 00                                   | header applies only to framings with a length field
					fixed-length: 8; initial-bytes-to-strip: 1                    | initial-bytes-to-strip applies only to framings with a length field
					fixed-length: 8; length-adjustment: 1                         | length-adjustment applies only to framings with a length field
					fixed-length: 8; start-delimiter: 02                          | start-delimiter applies only to framings with a delimiter
					delimiter: 0A; length-field-offset: 1                         | length-field-offset applies only to framings with a length field
					delimiter: 0A; length-field-after: x                          | length-field-after applies only to framings with a length field
					delimiter: 0A; length-field-encoding: hex                     | length-field-encoding applies only to framings with a length field
					delimiter: 0A; length-field-byte-order: big-endian            | length-field-byte-order applies only to framings with a length field
					delimiter: 0A; length-field-mask: FF                          | length-field-mask applies only to framings with a length field
					length-field-length: 2; skip-before-start: true               | skip-before-start applies only to framings with a delimiter
					length-field-length: 2; strip-delimiter: true                 | strip-delimiter applies only to framings with a delimiter
					length-field-length: 2; escape.byte: 7D                       | escape applies only to framings with a delimiter
					""")
	void shapeIsOne(String properties, String fault) {
		check(properties, fault);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-length: 0                                       | length-field-length must be 1 to 8
					length-field-length: 9                                       | length-field-length must be 1 to 8
					length-field-length: 2; length-field-offset: -1              | length-field-offset must be 0 to 65535
					length-field-length: 2; length-field-offset: 65536           | length-field-offset must be 0 to 65535
					length-field-length: 2; length-adjustment: -1000000001       | length-adjustment must be -1000000000 to 1000000000
					length-field-length: 2; length-adjustment: 1000000001        | length-adjustment must be -1000000000 to 1000000000
					length-field-encoding: varint; length-field-length: 2        | length-field-length does not apply to the encoding varint
					length-field-encoding: varint; length-field-until: x         | length-field-until does not apply to the encoding varint
					length-field-until: x                                        | length-field-until applies only to the encodings decimal and hex
					length-field-until: x; length-field-encoding: bcd            | length-field-until applies only to the encodings decimal and hex
					length-field-until: x; length-field-encoding: decimal; length-field-length: 2 | length-field-until cannot be combined with length-field-length
					length-field-until: xy; length-field-encoding: decimal       | length-field-until must be one character
					length-field-until: '\\q'; length-field-encoding: decimal    | length-field-until has an unknown escape
					length-field-until: '€'; length-field-encoding: decimal      | length-field-until must not contain '€'
					length-field-until: 7; length-field-encoding: decimal        | length-field-until must not be a digit of the encoding decimal
					length-field-until: A; length-field-encoding: hex            | length-field-until must not be a digit of the encoding hex
					length-field-length: 2; length-field-offset: 1; length-field-after: x | length-field-offset cannot be combined with length-field-after
					length-field-length: 2; length-field-after: '\\x'            | length-field-after has an unknown escape
					length-field-length: 2; length-field-after: x; initial-bytes-to-strip: 1 | initial-bytes-to-strip must be 0 where length-field-after is set
					length-field-length: 2; length-field-after: x; initial-bytes-to-strip: all | initial-bytes-to-strip must be 0 where length-field-after is set
					length-field-length: 2; length-field-mask: 7F                | length-field-mask must have as many bytes as length-field-length, 2
					length-field-length: 2; length-field-mask: 7FFFFF            | length-field-mask must have as many bytes as length-field-length, 2
					length-field-length: 2; length-field-mask: 0000              | length-field-mask must have a bit set
					length-field-length: 2; length-field-encoding: bcd; length-field-mask: 7FFF | length-field-mask applies only to the encoding binary, not to bcd
					length-field-length: 2; length-field-encoding: decimal; length-field-byte-order: little-endian | length-field-byte-order applies only to the encoding binary, not to decimal
					""")
	void lengthFieldIsSound(String properties, String fault) {
		check(properties, fault);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					length-field-length: 2; initial-bytes-to-strip: some          | initial-bytes-to-strip must be a number of bytes, or all
					length-field-length: 2; initial-bytes-to-strip: -1            | initial-bytes-to-strip must be a number of bytes, or all
					length-field-length: 2; initial-bytes-to-strip: 1             | initial-bytes-to-strip must not end within the length field: must be at most 0, or at least 2
					length-field-length: 2; length-field-offset: 3; initial-bytes-to-strip: 4 | initial-bytes-to-strip must not end within the length field: must be at most 3, or at least 5
					length-field-length: 2; initial-bytes-to-strip: 4             | initial-bytes-to-strip goes beyond the length field: header must say what all 4 bytes are when written
					length-field-length: 2; initial-bytes-to-strip: 4; header: 000000 | initial-bytes-to-strip goes beyond the length field
					length-field-length: 2; initial-bytes-to-strip: 4; header: 0000000000 | header must have at most 4 bytes
					length-field-length: 2; initial-bytes-to-strip: 0; header: 000000 | header must have at most 2 bytes
					length-field-encoding: varint; header: 00                     | header must have at most 0 bytes
					length-field-encoding: varint; initial-bytes-to-strip: 1      | initial-bytes-to-strip must be 0 or all
					length-field-encoding: varint; length-field-offset: 1; initial-bytes-to-strip: 2 | initial-bytes-to-strip must be at most length-field-offset, 1, or all
					length-field-length: 1; length-adjustment: -256               | length-adjustment makes every frame too short: at most -1 bytes would follow the length field, and at least 0 must
					length-field-length: 1; length-adjustment: -255; trailer: 03  | length-adjustment makes every frame too short: at most 0 bytes would follow the length field, and at least 1 must
					length-field-length: 1; length-field-mask: 01; trailer: 0304  | trailer makes every frame too short
					length-field-length: 1; length-field-encoding: decimal; initial-bytes-to-strip: 2; header: 0000; length-adjustment: -9 | length-adjustment makes every frame too short
					length-field-length: 1; length-field-encoding: bcd; length-adjustment: -100 | length-adjustment makes every frame too short
					""")
	void whatIsStrippedCanBeRebuilt(String properties, String fault) {
		check(properties, fault);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					delimiter: 0D0A, 0D                                            | 'delimiter[1] is the beginning of 0D0A: whether a frame ends with it would be known only with the next one'
					delimiter: 0A, 0D0A, 0A                                        | 'delimiter[2] is there twice'
					delimiter: 0A; skip-before-start: true                         | skip-before-start needs a start-delimiter
					delimiter: 0A; trailer: 030A03                                 | trailer must not contain a delimiter
					delimiter: 0D0A0D0A; trailer: 0D0A                             | trailer must not contain a delimiter, nor end with a part of one
					delimiter: 0A; strip-delimiter: false; trailer: 03             | 'trailer cannot be combined with strip-delimiter: false'
					delimiter: 7E; strip-delimiter: false; escape.byte: 7D; escape.xor: 20 | 'escape cannot be combined with strip-delimiter: false'
					delimiter: 7E; escape.xor: 20                                  | escape.byte is required
					delimiter: 7E; escape.byte: 7D7D; escape.xor: 20               | escape.byte must be one byte
					delimiter: 7E; escape.byte: 7D                                 | escape must have either map or xor
					delimiter: 7E; escape.byte: 7D; escape.xor: 2020               | escape.xor must be one byte
					delimiter: 7E; escape.byte: 7D; escape.xor: 20; escape.map[01]: 7D | escape.xor cannot be combined with escape.map
					delimiter: 7E; escape.byte: 7E; escape.xor: 20                 | escape.byte must not be a byte of a delimiter
					delimiter: 7E; escape.byte: 7D; escape.xor: 03                 | escape.xor must not make a byte of a delimiter: 0x7D becomes 0x7E
					delimiter: 7E; escape.byte: 7D; escape.xor: 00                 | escape.xor must not make a byte of a delimiter: 0x7E becomes 0x7E
					delimiter: 7E; start-delimiter: 5E; escape.byte: 7D; escape.xor: 20 | escape.xor must not make a byte of a delimiter: 0x5E becomes 0x7E
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[0]: 7E7E | 'escape.map[0] must be one byte'
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[002]: 7E | 'escape.map[002] must be one byte, such as 01'
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[7E]: 02 | 'escape.map[7E] must not be a byte of a delimiter'
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[1]: 7E | 'escape.map[1] is there twice'
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[02]: 7D | 'escape.map[02] means the same byte as 01'
					delimiter: 7E; escape.byte: 7D; escape.map[01]: 7E             | escape.map must have a byte that means the escape byte itself, 7D
					""")
	void delimitersAreSound(String properties, String fault) {
		check(properties, fault);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					first-of[0].fixed-length: 8                                                      | 'first-of[0].starts-with is required'
					first-of[0].starts-with: 01; first-of[0].fixed-length: 8; length-field-length: 2 | 'length-field-length must stand in the shapes of first-of, not beside them'
					first-of[0].starts-with: 01; first-of[0].fixed-length: 8; delimiter: 0A          | 'delimiter must stand in the shapes of first-of, not beside them'
					first-of[0].starts-with: 01; first-of[0].fixed-length: 8; trailer: 0A            | 'trailer must stand in the shapes of first-of, not beside them'
					first-of[0].starts-with: 01; first-of[0].fixed-length: 8; escape.byte: 0A        | 'escape must stand in the shapes of first-of, not beside them'
					first-of[0].starts-with: 01; first-of[0].fixed-length: 8; starts-with: 0A        | 'starts-with applies only within first-of'
					first-of[0].starts-with: 01; first-of[0].empty-frames: pass; first-of[0].fixed-length: 8 | 'first-of[0].empty-frames must stand beside first-of'
					first-of[0].starts-with: 01; first-of[0].length-field-offset: 8                  | 'first-of[0] must have exactly one of'
					first-of[0].starts-with: 01; first-of[0].length-field-length: 9                  | 'first-of[0].length-field-length must be 1 to 8'
					first-of[0].starts-with: 01; first-of[0].first-of[0].starts-with: 01; first-of[0].first-of[0].fixed-length: 8 | 'first-of[0].first-of must not stand within first-of'
					first-of[0].starts-with: 78; first-of[0].fixed-length: 8; first-of[1].starts-with: 7878; first-of[1].fixed-length: 9 | 'first-of[1].starts-with never matches: first-of[0].starts-with, 78, comes first'
					first-of[0].starts-with: ??; first-of[0].fixed-length: 8; first-of[1].starts-with: [0-9]; first-of[1].fixed-length: 9 | 'first-of[1].starts-with never matches'
					first-of[0].starts-with: 78; first-of[0].fixed-length: 8; first-of[1].starts-with: text:x; first-of[1].fixed-length: 9 | 'first-of[1].starts-with never matches'
					first-of[0].starts-with: 787878; first-of[0].fixed-length: 2                     | 'first-of[0].starts-with must not be longer than fixed-length, 2'
					first-of[0].starts-with: 03; first-of[0].delimiter: 03; first-of[0].start-delimiter: 02 | 'first-of[0].starts-with contradicts start-delimiter, 02'
					first-of[0].starts-with: 01; first-of[0].length-field-length: 1; first-of[0].length-field-offset: 1; first-of[0].header: 02 | 'first-of[0].starts-with contradicts header in byte 0'
					first-of[0].starts-with: 01; first-of[0].length-field-length: 1; first-of[0].length-field-offset: 1; first-of[0].initial-bytes-to-strip: all | 'first-of[0].starts-with contradicts header: byte 0 is written as 0x00'
					first-of[0].starts-with: 01; first-of[0].length-field-length: 1; first-of[0].length-field-offset: 1; first-of[0].initial-bytes-to-strip: all; first-of[0].header: ?? | 'first-of[0].starts-with contradicts header: byte 0 is written as 0x00'
					""")
	void shapesCanBeToldApart(String properties, String fault) {
		check(properties, fault);
	}

	@ParameterizedTest
	@ValueSource(strings = { TWO, TWO + "length-adjustment: -2; empty-frames: answer",
			TWO + "length-adjustment: 2; initial-bytes-to-strip: 4; header: 00000000",
			TWO + "initial-bytes-to-strip: 2; trailer: 03", TWO + "length-field-offset: 4",
			"length-field-length: 4; length-field-encoding: decimal; initial-bytes-to-strip: all",
			UNTIL + "length-adjustment: 1; initial-bytes-to-strip: all; trailer: 2C", UNTIL,
			"length-field-after: \\x019=; length-field-until: \\x01; length-field-encoding: decimal; length-adjustment: 7",
			"length-field-length: 4; length-field-mask: 7FFFFFFF; header: 80000000",
			"length-field-length: 2; length-field-offset: 1; length-field-byte-order: little-endian; length-field-mask: 7FFF; length-adjustment: 2",
			"length-field-length: 8; length-adjustment: 1000000000",
			"length-field-encoding: varint; length-field-offset: 1",
			"length-field-offset: 1; length-field-length: 1; initial-bytes-to-strip: 1; header: 68", LINE,
			LINE + "strip-delimiter: false", "delimiter: 1C0D, 1C; start-delimiter: 0B; skip-before-start: true",
			"delimiter: 7E; start-delimiter: 7E; escape.byte: 7D; escape.map[01]: 7D; escape.map[2]: 7E",
			STUFFED + "escape.xor: 20", "delimiter: 0A; trailer: 0D", "fixed-length: 8; trailer: 0D0A",
			"first-of[0].starts-with: [0-9]; first-of[0].length-field-until: \\x20; first-of[0].length-field-encoding: decimal; first-of[1].starts-with: ??; first-of[1].delimiter: 0A; empty-frames: ignore",
			"first-of[0].starts-with: 7878; first-of[0].length-field-length: 1; first-of[0].length-field-offset: 2; first-of[1].starts-with: 78; first-of[1].fixed-length: 3",
			"first-of[0].starts-with: 01; first-of[0].length-field-length: 1; first-of[0].length-field-offset: 1; first-of[0].initial-bytes-to-strip: all; first-of[0].header: 01" })
	void soundDeclarationHasNoFaults(String properties) {
		assertThat(Framings.faults(Declared.declaration(properties))).isEmpty();
		Framings.of("sound", Declared.declaration(properties));
	}

	/**
	 * Whatever somebody declares is judged; what is sound makes a framing, and what it
	 * writes it reads.
	 */
	@Test
	void anyDeclarationIsJudged() throws FrameException {
		Random random = new Random(12);
		int sound = 0;
		for (int i = 0; i < 4_000; i++) {
			Map<String, String> properties = new TreeMap<>();
			boolean shapes = random.nextInt(4) == 0;
			for (int shape = 0; shape < (shapes ? 2 : 1); shape++) {
				String prefix = shapes ? "first-of[" + shape + "]." : "";
				int count = random.nextInt(1, 5);
				if (shapes) {
					properties.put(prefix + "starts-with", STARTS.get(random.nextInt(STARTS.size())));
				}
				for (int n = 0; n < count; n++) {
					String[] property = ANY.get(random.nextInt(ANY.size())).split("=", 2);
					properties.put(prefix + property[0], property[1]);
				}
			}
			FramingDeclaration declaration = Declared.declaration(properties);
			if (Framings.faults(declaration).isEmpty()) {
				sound++;
				readsWhatItWrites(properties, Framings.of("any", declaration), random);
			}
		}
		assertThat(sound).isGreaterThan(100);
	}

	private static void readsWhatItWrites(Map<String, String> properties, Framing framing, Random random)
			throws FrameException {
		byte[] payload = new byte[random.nextInt(12)];
		random.nextBytes(payload);
		if (framing.refusal(payload) != null) {
			return;
		}
		byte[] body = framing.body(payload);
		byte[] wire = new byte[framing.overhead() + body.length];
		int at = framing.prefix(payload, wire, 0);
		System.arraycopy(body, 0, wire, at, body.length);
		at += body.length;
		at += framing.suffix(payload, wire, at);
		List<String> read = new ArrayList<>();
		int taken = framing.cutter(100).cut(wire, 0, at, (frame) -> read.add(Wire.hex(frame)));
		String situation = properties + " " + Wire.hex(payload);
		assertThat(taken).as(situation).isEqualTo(at);
		if (payload.length > 0 || !properties.containsKey("empty-frames")) {
			assertThat(read).as(situation).containsExactly(Wire.hex(payload));
		}
	}

	@Test
	void allFaultsAreFoundAtOnce() {
		assertThat(Framings.faults(Declared.declaration(
				"first-of[0].length-field-length: 9; first-of[0].length-field-offset: -1; first-of[1].starts-with: 01; first-of[1].delimiter: 0A,0A")))
			.extracting(FramingFault::property)
			.containsExactlyInAnyOrder("first-of[0].length-field-length", "first-of[0].length-field-offset",
					"first-of[0].starts-with", "first-of[1].delimiter[1]");
	}

}
