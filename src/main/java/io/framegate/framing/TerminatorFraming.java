package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.integration.ip.tcp.serializer.ByteArraySingleTerminatorSerializer;

/**
 * Frames that end with one byte: LF, NUL, or any other. Any thread may call.
 */
public class TerminatorFraming extends ByteArraySingleTerminatorSerializer implements DelimitedFraming {

	private final Delimiters delimiters;

	public TerminatorFraming(byte terminator) {
		this(Octets.name(terminator), terminator);
	}

	TerminatorFraming(String name, byte terminator) {
		super(terminator);
		this.delimiters = new Delimiters(name, Delimiters.NONE, terminator & 0xFF, Delimiters.NONE);
	}

	@Override
	public Delimiters delimiters() {
		return this.delimiters;
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	protected byte[] doDeserialize(InputStream input, byte[] buffer) throws IOException {
		return FrameStreams.read(input, cutter(super.getMaxMessageSize()), this::publishEvent);
	}

	@Override
	public int getMaxMessageSize() {
		return FrameStreams.maxMessageSize(super.getMaxMessageSize());
	}

}
