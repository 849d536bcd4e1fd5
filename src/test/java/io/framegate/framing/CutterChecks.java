package io.framegate.framing;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.springframework.core.serializer.Deserializer;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for every framing and any bytes at all.
 */
final class CutterChecks {

	private CutterChecks() {
	}

	static void check(Variant variant, int limit, byte[] wire, Random random) {
		Framing framing = variant.framing();
		Wire.Outcome whole = Wire.cut(framing, limit, wire);
		List<Wire.Outcome> others = List.of(Wire.cutBytewise(framing, limit, wire),
				Wire.cutStopping(framing, limit, wire), Wire.cutRandomly(framing, limit, wire, random));
		for (Wire.Outcome other : others) {
			assertThat(other.most()).isLessThanOrEqualTo(limit + framing.overhead());
			if (variant.isStream()) {
				assertThat(String.join("", other.frames())).isEqualTo(HexFormat.of().formatHex(wire));
			}
			else {
				assertThat(other.summary()).isEqualTo(whole.summary());
			}
		}
		checkFramesAgain(framing, limit, wire, whole);
		checkStream(framing, limit, wire, whole);
	}

	private static void checkFramesAgain(Framing framing, int limit, byte[] wire, Wire.Outcome outcome) {
		List<byte[]> payloads = outcome.frames().stream().map(HexFormat.of()::parseHex).toList();
		for (byte[] payload : payloads) {
			assertThat(payload.length).isLessThanOrEqualTo(limit);
			assertThat(framing.refusal(payload)).isNull();
		}
		byte[] again = Wire.write(framing, payloads);
		assertThat(Wire.hex(wire)).startsWith(Wire.hex(again));
		if (outcome.fault() == null) {
			assertThat(again.length + outcome.partialBytes()).isEqualTo(wire.length);
		}
	}

	@SuppressWarnings("unchecked")
	private static void checkStream(Framing framing, int limit, byte[] wire, Wire.Outcome outcome) {
		((AbstractByteArraySerializer) framing).setMaxMessageSize(limit);
		Wire.StreamOutcome read = Wire.read((Deserializer<byte[]>) framing, wire);
		assertThat(read.frames()).isEqualTo(outcome.frames());
		assertThat(read.cleanEnd()).isEqualTo(outcome.fault() == null && outcome.partialBytes() == 0);
		if (outcome.fault() != null) {
			assertThat(read.cause()).isInstanceOf(FrameException.class);
			assertThat(outcome.fault()).endsWith(read.cause().getMessage());
		}
	}

}
