package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.AbstractPooledBufferByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * Frames on blocking streams, the way Spring Integration's serializers read and write
 * them. Any thread may call.
 */
final class FrameStreams {

	private static final int MAX_AT_ONCE = 8192;

	private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private FrameStreams() {
	}

	/**
	 * Reads one frame and not a byte more.
	 * @param input the stream
	 * @param cutter a new cutter
	 * @param faults told of what goes wrong
	 * @return the payload
	 * @throws IOException if the bytes are no frame, the stream ends inside one, or
	 * reading fails
	 * @throws SoftEndOfStreamException if the stream ends before the frame
	 */
	static byte[] read(InputStream input, StreamedCutter cutter, Faults faults) throws IOException {
		try {
			return read(input, cutter);
		}
		catch (SoftEndOfStreamException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException ex) {
			byte[] partial = cutter.partial();
			faults.publish(ex, partial, partial.length);
			throw ex;
		}
	}

	private static byte[] read(InputStream input, StreamedCutter cutter) throws IOException {
		OneFrame one = new OneFrame();
		byte[] chunk = {};
		while (one.payload == null) {
			int wanted = Math.min(cutter.wanted(), MAX_AT_ONCE);
			if (chunk.length < wanted) {
				chunk = new byte[wanted];
			}
			int count = input.read(chunk, 0, wanted);
			if (count < 0 && cutter.partialBytes() == 0) {
				throw new SoftEndOfStreamException("Stream closed between payloads");
			}
			if (count < 0) {
				throw new IOException("Stream closed after %d bytes of a frame".formatted(cutter.partialBytes()));
			}
			cutter.cut(chunk, 0, count, one);
		}
		return one.payload;
	}

	/**
	 * Writes one frame.
	 * @param framing how
	 * @param payload the payload
	 * @param output the stream
	 * @throws FrameNotEncodableException if the framing cannot carry the payload; nothing
	 * is written
	 * @throws IOException if writing fails
	 */
	static void write(Framing framing, byte[] payload, OutputStream output) throws IOException {
		String refusal = framing.refusal(payload);
		if (refusal != null) {
			throw new FrameNotEncodableException(refusal);
		}
		Framing writing = framing.writing(payload);
		byte[] around = new byte[writing.overhead()];
		int before = writing.prefix(payload, around, 0);
		int after = writing.suffix(payload, around, before);
		output.write(around, 0, before);
		output.write(writing.body(payload));
		output.write(around, before, after);
	}

	/**
	 * The value that a pooled serializer's {@code getMaxMessageSize()} must return. Its
	 * base class allocates so many bytes for every frame, in a final method. That method
	 * alone gets 0, because the frames are read into arrays that grow.
	 */
	static int maxMessageSize(int maxMessageSize) {
		boolean toAllocate = CALLERS.walk((frames) -> frames.skip(2)
			.findFirst()
			.filter((caller) -> caller.getDeclaringClass()
				.getNestHost() == AbstractPooledBufferByteArraySerializer.class)
			.isPresent());
		return (toAllocate) ? 0 : maxMessageSize;
	}

	/** Told of a frame that could not be read. */
	@FunctionalInterface
	interface Faults {

		void publish(Exception cause, byte[] partial, int length);

	}

	private static final class OneFrame implements FrameSink {

		private byte @Nullable [] payload;

		@Override
		public boolean frame(byte[] payload) {
			this.payload = payload;
			return false;
		}

	}

}
