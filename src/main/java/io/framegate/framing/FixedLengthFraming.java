package io.framegate.framing;

import java.io.InputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

/**
 * Frames of one length. Any thread may call.
 */
public class FixedLengthFraming extends AbstractByteArraySerializer implements Framing {

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link Framings#faults}
	 */
	FixedLengthFraming(String name, FramingDeclaration declaration) {
	}

	@Override
	public FrameCutter cutter(int maxFrameSize) {
		throw new UnsupportedOperationException();
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int overhead() {
		throw new UnsupportedOperationException();
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) {
		throw new UnsupportedOperationException();
	}

	@Override
	public byte[] deserialize(InputStream input) {
		throw new UnsupportedOperationException();
	}

}
