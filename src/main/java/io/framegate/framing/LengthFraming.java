package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.ByteArrayLengthHeaderSerializer;

/**
 * Frames that follow their length: a big-endian number of 1, 2 or 4 bytes, which counts
 * itself if {@link #setInclusive(boolean) inclusive}. A number of 4 bytes is signed and
 * must not be negative. Any thread may call.
 */
public class LengthFraming extends ByteArrayLengthHeaderSerializer implements Framing {

	private LengthHeader header;

	/**
	 * A framing with such a header.
	 * @param headerSize the header's length in bytes: 1, 2 or 4
	 */
	public LengthFraming(int headerSize) {
		this("length" + headerSize, headerSize);
	}

	LengthFraming(String name, int headerSize) {
		super(headerSize);
		this.header = new LengthHeader(name, headerSize, false);
	}

	@Override
	public void setInclusive(boolean inclusive) {
		super.setInclusive(inclusive);
		this.header = new LengthHeader(this.header.name(), this.header.size(), inclusive);
	}

	@Override
	public FrameCutter cutter(int maxFrameSize) {
		return new LengthCutter(this.header, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		return (payload.length <= this.header.longestPayload()) ? null : "payload of %d bytes exceeds %d (%s)"
			.formatted(payload.length, this.header.longestPayload(), this.header.name());
	}

	@Override
	public int overhead() {
		return this.header.size();
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		int announced = payload.length + this.header.counted();
		for (int at = this.header.size() - 1; at >= 0; at--) {
			target[offset + at] = (byte) announced;
			announced >>>= Byte.SIZE;
		}
		return this.header.size();
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
		return FrameStreams.read(input, new LengthCutter(this.header, getMaxMessageSize()), this::publishEvent);
	}

}
