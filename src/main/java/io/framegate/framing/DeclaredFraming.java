package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

/**
 * A framing that a {@link FramingDeclaration} describes. Any thread may call.
 */
abstract class DeclaredFraming extends AbstractByteArraySerializer implements Framing {

	@Override
	public abstract StreamedCutter cutter(int maxFrameSize);

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	public byte[] deserialize(InputStream input) throws IOException {
		return FrameStreams.read(input, cutter(getMaxMessageSize()), this::publishEvent);
	}

}
