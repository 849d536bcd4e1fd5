package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.util.Assert;

/**
 * No frames: bytes as they arrive, for any protocol. Bytes received together are one
 * payload, or several if they exceed the largest frame size. An empty payload writes
 * nothing. Any thread may call.
 */
public class StreamFraming extends AbstractByteArraySerializer implements Framing {

	@Override
	public FrameCutter cutter(int maxFrameSize) {
		return new ChunkCutter(maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		return null;
	}

	@Override
	public int overhead() {
		return 0;
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		return 0;
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		return 0;
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	public byte[] deserialize(InputStream input) throws IOException {
		return FrameStreams.read(input, new ChunkCutter(getMaxMessageSize()), this::publishEvent);
	}

	private record ChunkCutter(int largest) implements StreamedCutter {

		ChunkCutter {
			Assert.isTrue(largest > 0, "The largest frame size has to be positive");
		}

		@Override
		public int cut(byte[] bytes, int from, int to, FrameSink sink) {
			int at = from;
			while (at < to) {
				int end = at + Math.min(this.largest, to - at);
				byte[] chunk = Arrays.copyOfRange(bytes, at, end);
				at = end;
				if (!sink.frame(chunk)) {
					break;
				}
			}
			return at;
		}

		@Override
		public int partialBytes() {
			return 0;
		}

		@Override
		public int wanted() {
			return this.largest;
		}

		@Override
		public byte[] partial() {
			return new byte[0];
		}

	}

}
