package io.framegate.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The framings that the lab's peers speak, written without any code of Framegate.
 */
enum Codec {

	CRLF {

		@Override
		byte[] encode(byte[] payload) {
			byte[] frame = Arrays.copyOf(payload, payload.length + 2);
			frame[payload.length] = '\r';
			frame[payload.length + 1] = '\n';
			return frame;
		}

		@Override
		byte @Nullable [] read(InputStream in) throws IOException {
			ByteArrayOutputStream line = new ByteArrayOutputStream();
			for (int next = in.read(); next >= 0; next = in.read()) {
				if (next == '\n') {
					byte[] read = line.toByteArray();
					return Arrays.copyOf(read, read.length - 1);
				}
				line.write(next);
			}
			return ended(line.size());
		}

	},

	LENGTH4 {

		@Override
		byte[] encode(byte[] payload) {
			return ByteBuffer.allocate(4 + payload.length).putInt(payload.length).put(payload).array();
		}

		@Override
		byte @Nullable [] read(InputStream in) throws IOException {
			byte[] header = in.readNBytes(4);
			if (header.length < 4) {
				return ended(header.length);
			}
			int length = ByteBuffer.wrap(header).getInt();
			byte[] payload = in.readNBytes(length);
			return (payload.length < length) ? ended(4 + payload.length) : payload;
		}

	},

	/** No frames: what has come. */
	STREAM {

		@Override
		byte[] encode(byte[] payload) {
			return payload;
		}

		@Override
		byte @Nullable [] read(InputStream in) throws IOException {
			byte[] some = new byte[8192];
			int count = in.read(some);
			return (count < 0) ? null : Arrays.copyOf(some, count);
		}

	};

	abstract byte[] encode(byte[] payload);

	/**
	 * Reads a frame.
	 * @return its payload, {@code null} after the last one
	 */
	abstract byte @Nullable [] read(InputStream in) throws IOException;

	private static byte @Nullable [] ended(int partial) throws IOException {
		if (partial > 0) {
			throw new IOException("FIN after " + partial + " bytes of a frame");
		}
		return null;
	}

}
