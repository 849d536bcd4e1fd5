package io.framegate.framing;

import org.jspecify.annotations.Nullable;

import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;

/**
 * How a byte stream is cut into frames. A framing is stateless and shared by all
 * connections; the bytes of an incomplete frame are in a connection's
 * {@link FrameCutter}.
 * <p>
 * A frame is written as prefix, body, suffix. Any thread may call.
 */
public interface Framing {

	/** The whole payload is to be looked at. */
	int WHOLE = Integer.MAX_VALUE;

	/**
	 * A cutter for one connection.
	 * @param maxFrameSize the largest payload accepted, in bytes, at least 1; a framing's
	 * own limit applies below it
	 * @return a new cutter, for one thread at a time
	 */
	FrameCutter cutter(int maxFrameSize);

	/**
	 * Why this framing cannot carry the payload, or {@code null} if it can.
	 * @param payload a frame's payload
	 * @return a reason as a message, or {@code null}
	 */
	@Nullable String refusal(byte[] payload);

	/**
	 * Whether this framing carries every frame that another has cut, so that
	 * {@link #refusal} need not search them.
	 * @param other the other framing
	 * @return {@code false} if that is not known
	 */
	default boolean carriesAllOf(Framing other) {
		return false;
	}

	/**
	 * The most bytes that prefix and suffix take together.
	 * @return a number of bytes
	 */
	int overhead();

	/**
	 * Whether every frame is longer than its payload by exactly {@link #overhead()}, and
	 * nothing but frames is written.
	 */
	default boolean hasFixedOverhead() {
		return true;
	}

	/**
	 * How many bytes on either side of changed ones decide whether a payload can still be
	 * carried, so that only those need be looked at.
	 * @return a number of bytes; {@link #WHOLE} if the whole payload decides
	 */
	default int reach() {
		return overhead();
	}

	/**
	 * The framing that writes a payload: this one, or the one of its shapes that the
	 * payload has.
	 * @param payload a frame's payload that this framing can carry
	 * @return a framing whose prefix, body, suffix and overhead are this one's for the
	 * payload
	 */
	default Framing writing(byte[] payload) {
		return this;
	}

	/**
	 * What stands between prefix and suffix.
	 * @param payload a frame's payload
	 * @return the payload itself, unless bytes of it are escaped
	 */
	default byte[] body(byte[] payload) {
		return payload;
	}

	/**
	 * Whether empty frames are answered, so that what comes must be cut into frames even
	 * if nobody wants it.
	 */
	default boolean answersEmptyFrames() {
		return false;
	}

	/**
	 * Writes what goes before the payload.
	 * @param payload the payload
	 * @param target where to write
	 * @param offset the index of the first byte to write
	 * @return the number of bytes written
	 */
	int prefix(byte[] payload, byte[] target, int offset);

	/**
	 * Writes what goes after the payload.
	 * @param payload the payload
	 * @param target where to write
	 * @param offset the index of the first byte to write
	 * @return the number of bytes written
	 */
	int suffix(byte[] payload, byte[] target, int offset);

	/**
	 * Writes frames to a blocking stream.
	 * @return Spring Integration's serializer that this framing is
	 */
	@SuppressWarnings("unchecked")
	default Serializer<byte[]> serializer() {
		return (Serializer<byte[]>) this;
	}

	/**
	 * Reads frames from a blocking stream.
	 * @return Spring Integration's deserializer that this framing is
	 */
	@SuppressWarnings("unchecked")
	default Deserializer<byte[]> deserializer() {
		return (Deserializer<byte[]>) this;
	}

}
