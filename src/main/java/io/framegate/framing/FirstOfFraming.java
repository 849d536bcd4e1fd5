package io.framegate.framing;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

/**
 * Frames of several shapes, told apart by their first bytes. Any thread may call.
 */
public class FirstOfFraming extends AbstractByteArraySerializer implements Framing {

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link Framings#faults}
	 * @param shapes the framing of each element of its first-of, in order
	 */
	FirstOfFraming(String name, FramingDeclaration declaration, List<Framing> shapes) {
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
