package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

/**
 * Frames between VT and the pair FS CR, as HL7 version 2 travels (MLLP); a lone FS is
 * data. Any thread may call.
 */
public class MllpFraming extends AbstractByteArraySerializer implements DelimitedFraming {

	private static final Delimiters DELIMITERS = new Delimiters("mllp", 0x0B, 0x1C, 0x0D);

	@Override
	public Delimiters delimiters() {
		return DELIMITERS;
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	public byte[] deserialize(InputStream input) throws IOException {
		return FrameStreams.read(input, cutter(getMaxMessageSize()), this::publishEvent);
	}

}
