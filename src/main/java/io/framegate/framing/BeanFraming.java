package io.framegate.framing;

import org.jspecify.annotations.Nullable;

import org.springframework.core.serializer.Deserializer;
import org.springframework.core.serializer.Serializer;

/**
 * A user's own serializer and deserializer as a framing. They read and write streams and
 * may block, so they run on virtual threads. This framing's cutter therefore passes
 * pieces of the stream on as they arrive, and what is written is already serialized.
 *
 * @param name the bean's name
 * @param serializer writes a frame
 * @param deserializer reads a frame
 */
public record BeanFraming(String name, Serializer<byte[]> serializer,
		Deserializer<byte[]> deserializer) implements Framing {

	/**
	 * A bean as a framing.
	 * @param name the bean's name
	 * @param bean a serializer and deserializer of byte arrays
	 * @return the framing
	 * @throws IllegalArgumentException if the bean is not both
	 */
	@SuppressWarnings("unchecked")
	public static BeanFraming of(String name, Object bean) {
		if (bean instanceof Serializer<?> serializer && bean instanceof Deserializer<?> deserializer) {
			return new BeanFraming(name, (Serializer<byte[]>) serializer, (Deserializer<byte[]>) deserializer);
		}
		throw new IllegalArgumentException(
				"Bean '%s' of type %s cannot be a framing: it must be a Serializer<byte[]> and a Deserializer<byte[]>"
					.formatted(name, bean.getClass().getName()));
	}

	@Override
	public FrameCutter cutter(int maxFrameSize) {
		return new StreamFraming().cutter(Integer.MAX_VALUE);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		return null;
	}

	@Override
	public int overhead() {
		return 0;
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		return 0;
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		return 0;
	}

}
