package io.framegate.framing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.serializer.Serializer;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayCrLfSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLengthHeaderSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLfSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArraySingleTerminatorSerializer;
import org.springframework.integration.ip.tcp.serializer.ByteArrayStxEtxSerializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;
import org.springframework.integration.ip.tcp.serializer.TcpDeserializationExceptionEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The framings as Spring Integration's serializers: they do the same where those are
 * right, and the right thing where not.
 */
class SpringIntegrationTests {

	private static final long SEED = 71_2L;

	/**
	 * Ours, Spring Integration's, and what that counts into the limit besides payload.
	 */
	static Stream<Arguments> pairs() {
		return Stream.of(Arguments.of("crlf", false, new ByteArrayCrLfSerializer(), 2),
				Arguments.of("lf", false, new ByteArrayLfSerializer(), 1),
				Arguments.of("nul", false, new ByteArraySingleTerminatorSerializer((byte) 0), 1),
				Arguments.of("stx-etx", false, new ByteArrayStxEtxSerializer(), 1),
				Arguments.of("length1", false, new ByteArrayLengthHeaderSerializer(1), 0),
				Arguments.of("length2", false, new ByteArrayLengthHeaderSerializer(2), 0),
				Arguments.of("length4", false, new ByteArrayLengthHeaderSerializer(4), 0),
				Arguments.of("length1", true, new ByteArrayLengthHeaderSerializer(1).inclusive(), 0),
				Arguments.of("length2", true, new ByteArrayLengthHeaderSerializer(2).inclusive(), 0),
				Arguments.of("length4", true, new ByteArrayLengthHeaderSerializer(4).inclusive(), 0));
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void cutsAndReadsAsSpringIntegrationDoes(String name, boolean inclusive, AbstractByteArraySerializer theirs,
			int counted) {
		Framing framing = Framings.named(name, inclusive);
		Random random = new Random(SEED);
		for (int round = 0; round < 5000; round++) {
			int limit = random.nextInt(1, 20);
			byte[] wire = FrameCutterTests.randomWire(random);
			theirs.setMaxMessageSize(limit + counted);
			Wire.StreamOutcome expected = Wire.read(theirs, wire);
			Wire.Outcome cut = Wire.cut(framing, limit, wire);
			String hint = "seed %d, round %d: %s".formatted(SEED, round, Wire.hex(wire));
			assertThat(cut.frames()).as(hint).isEqualTo(expected.frames());
			assertThat(cut.fault() == null && cut.partialBytes() == 0).as(hint).isEqualTo(expected.cleanEnd());
			((AbstractByteArraySerializer) framing).setMaxMessageSize(limit);
			assertThat(Wire.read((AbstractByteArraySerializer) framing, wire).summary()).as(hint)
				.isEqualTo(expected.summary());
		}
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void writesAsSpringIntegrationDoes(String name, boolean inclusive, AbstractByteArraySerializer theirs, int counted)
			throws IOException {
		Framing framing = Framings.named(name, inclusive);
		Random random = new Random(SEED);
		for (int length = 0; length < 250; length++) {
			byte[] payload = new byte[length];
			random.nextBytes(payload);
			if (framing.refusal(payload) == null) {
				assertThat(serialize(framing, payload)).isEqualTo(serialize(theirs, payload));
				assertThat(Wire.write(framing, payload)).isEqualTo(serialize(theirs, payload));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#framed")
	void theLimitCountsPayloadExactly(Variant variant) throws IOException {
		AbstractByteArraySerializer serializer = (AbstractByteArraySerializer) variant.framing();
		serializer.setMaxMessageSize(100);
		assertThat(serializer.getMaxMessageSize()).isEqualTo(100);
		byte[] exact = new byte[100];
		Arrays.fill(exact, (byte) 'x');
		byte[] over = new byte[101];
		Arrays.fill(over, (byte) 'x');
		assertThat(deserialize(serializer, Wire.write(variant.framing(), exact))).isEqualTo(exact);
		assertThatExceptionOfType(FrameException.class)
			.isThrownBy(() -> deserialize(serializer, Wire.write(variant.framing(), over)))
			.withMessageContaining("100");
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#all")
	void aLargeLimitCostsNothing(Variant variant) throws IOException {
		AbstractByteArraySerializer serializer = (AbstractByteArraySerializer) variant.framing();
		serializer.setMaxMessageSize(1 << 30);
		byte[] wire = Wire.write(variant.framing(), "hello".getBytes());
		deserialize(serializer, wire);
		long allocated = Allocated.bytes(() -> assertThat(deserialize(serializer, wire)).hasSize(5));
		assertThat(allocated).isLessThan(64 * 1024);
	}

	@Test
	void aPoolHoldsNoLargeBuffersEither() throws IOException {
		CrLfFraming crlf = new CrLfFraming();
		crlf.setMaxMessageSize(Integer.MAX_VALUE);
		crlf.setPoolSize(2);
		assertThat(deserialize(crlf, "hello\r\n".getBytes())).asString().isEqualTo("hello");
	}

	@Test
	void aHugeAnnouncedLengthIsNotAllocated() {
		LengthFraming framing = new LengthFraming(4);
		framing.setMaxMessageSize(Integer.MAX_VALUE);
		long allocated = Allocated.bytes(() -> assertThatIOException()
			.isThrownBy(() -> deserialize(framing, Wire.bytes(0x40, 0, 0, 0, 'a', 'b')))
			.withMessage("Stream closed after 6 bytes of a frame"));
		assertThat(allocated).isLessThan(1 << 20);
	}

	@Test
	void theStreamOfAFramingIsReadByItsOwnChunks() throws IOException {
		StreamFraming framing = new StreamFraming();
		framing.setMaxMessageSize(4);
		assertThat(Wire.read(framing, "abcdefg".getBytes()).frames()).containsExactly("61626364", "656667");
	}

	@ParameterizedTest
	@MethodSource("io.framegate.framing.Variant#all")
	void anEndBetweenFramesIsSoft(Variant variant) {
		assertThatExceptionOfType(SoftEndOfStreamException.class)
			.isThrownBy(() -> deserialize((AbstractByteArraySerializer) variant.framing(), new byte[0]));
	}

	@Test
	void refusesToWriteWhatWouldBeReadOtherwise() {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		assertThatExceptionOfType(FrameNotEncodableException.class)
			.isThrownBy(() -> new CrLfFraming().serialize("a\r\nb".getBytes(), output))
			.withMessage("payload contains CR LF, which ends a frame (crlf)");
		assertThatExceptionOfType(FrameNotEncodableException.class)
			.isThrownBy(() -> new LengthFraming(2).serialize(new byte[70000], output))
			.withMessage("payload of 70000 bytes exceeds 65535 (length2)");
		assertThat(output.size()).isZero();
	}

	@Test
	void publishesWhatWasReadOfAFrameThatFailed() {
		List<TcpDeserializationExceptionEvent> events = new ArrayList<>();
		CrLfFraming framing = new CrLfFraming();
		framing.setApplicationEventPublisher((event) -> events.add((TcpDeserializationExceptionEvent) event));
		assertThatIOException().isThrownBy(() -> deserialize(framing, "abc".getBytes()));
		assertThat(events).hasSize(1);
		assertThat(events.getFirst().getBuffer()).asString().isEqualTo("abc");
		assertThat(events.getFirst().getOffset()).isEqualTo(3);
		assertThatExceptionOfType(SoftEndOfStreamException.class).isThrownBy(() -> deserialize(framing, new byte[0]));
		assertThat(events).hasSize(1);
	}

	private static byte[] deserialize(AbstractByteArraySerializer serializer, byte[] wire) throws IOException {
		return serializer.deserialize(new ByteArrayInputStream(wire));
	}

	@SuppressWarnings("unchecked")
	private static byte[] serialize(Object serializer, byte[] payload) throws IOException {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		((Serializer<byte[]>) serializer).serialize(payload, output);
		return output.toByteArray();
	}

}
