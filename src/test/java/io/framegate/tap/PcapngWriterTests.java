package io.framegate.tap;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

import io.framegate.closure.Side;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is in a capture file, for short, long, cut and empty frames.
 */
class PcapngWriterTests {

	private static TapEvent frame(String peer, String local, boolean in, String bytes, int length) {
		return new TapEvent.Frame(new TappedFrame(Instant.now(), "orders", "c-1", Side.INBOUND, in, peer,
				new InetSocketAddress(peer, 40_000), new InetSocketAddress(local, 7001), length, bytes.getBytes(),
				false));
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.2", "::1, fe80::1", "127.0.0.1, ::1" })
	void framesAreSegmentsWithTheirWholeLength(String peer, String local) {
		PcapngWriter writer = new PcapngWriter();
		ByteArrayOutputStream file = new ByteArrayOutputStream();
		file.writeBytes(writer.begin());
		for (TapEvent event : List.of(frame(peer, local, true, "odd", 3), frame(peer, local, false, "even", 4),
				frame(peer, local, true, "cut", 100), frame(peer, local, true, "", 0),
				frame(peer, local, false, "start", 150_000), frame(peer, local, false, "end", 3), new TapEvent.Lost(3),
				new TapEvent.Quiet(), new TapEvent.End(TapEnd.COUNT, 6, 3))) {
			file.writeBytes(writer.write(event));
		}
		Capture capture = Capture.read(file.toByteArray());
		assertThat(capture.payloads()).containsExactly("odd", "even", "cut", "start", "", "", "end");
		assertThat(capture.lengths().stream().mapToInt(Integer::intValue).sum()).isEqualTo(3 + 4 + 100 + 150_000 + 3);
		assertThat(capture.lost()).isEqualTo(3);
	}

}
