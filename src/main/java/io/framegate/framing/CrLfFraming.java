package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.integration.ip.tcp.serializer.ByteArrayCrLfSerializer;

/**
 * Frames that end with CR LF. Any thread may call.
 */
public class CrLfFraming extends ByteArrayCrLfSerializer implements DelimitedFraming {

	private static final Delimiters DELIMITERS = new Delimiters("crlf", Delimiters.NONE, 0x0D, 0x0A);

	@Override
	public Delimiters delimiters() {
		return DELIMITERS;
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	public byte[] doDeserialize(InputStream input, byte[] buffer) throws IOException {
		return FrameStreams.read(input, cutter(super.getMaxMessageSize()), this::publishEvent);
	}

	@Override
	public int getMaxMessageSize() {
		return FrameStreams.maxMessageSize(super.getMaxMessageSize());
	}

}
