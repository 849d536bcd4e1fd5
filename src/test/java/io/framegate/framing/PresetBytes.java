package io.framegate.framing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;

/**
 * Bytes of a preset's protocol, as <code>preset-bytes.yml</code> has them.
 *
 * @param source what the frames are
 * @param frames frames one after the other
 * @param noise bytes that are no frame
 * @param largest the largest frame
 * @param smallest the smallest frame
 */
record PresetBytes(String source, List<Frame> frames, Noise noise, Largest largest, Frame smallest) {

	/** By the preset's name. */
	static final Map<String, PresetBytes> ALL = load();

	private static Map<String, PresetBytes> load() {
		try {
			return new TreeMap<>(new Binder(ConfigurationPropertySources
				.from(new YamlPropertySourceLoader().load("preset-bytes", new ClassPathResource("preset-bytes.yml"))))
				.bind("", Bindable.mapOf(String.class, PresetBytes.class))
				.get());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A frame.
	 *
	 * @param wire as it comes
	 * @param payload what it carries; not set: the same
	 * @param written as it goes; not set: as it came
	 */
	record Frame(HexBytes wire, @Nullable HexBytes payload, @Nullable HexBytes written) {

		byte[] carried() {
			return ((this.payload != null) ? this.payload : this.wire).toBytes();
		}

		byte[] sent() {
			return ((this.written != null) ? this.written : this.wire).toBytes();
		}

	}

	/**
	 * Bytes that are no frame, and what becomes of them.
	 *
	 * @param wire the bytes
	 * @param fault the fault
	 * @param waits whether they could be the beginning of a frame
	 * @param skipped whether they are passed over
	 */
	record Noise(HexBytes wire, FrameException.@Nullable Fault fault, boolean waits, boolean skipped) {

	}

	/**
	 * The largest frame.
	 *
	 * @param head its first bytes
	 * @param fill how many bytes follow
	 * @param tail its last bytes
	 * @param full whether no length could be greater
	 */
	record Largest(@Nullable HexBytes head, int fill, @Nullable HexBytes tail, @DefaultValue("false") boolean full) {

		byte[] wire() {
			byte[] first = (this.head != null) ? this.head.toBytes() : new byte[0];
			byte[] last = (this.tail != null) ? this.tail.toBytes() : new byte[0];
			byte[] wire = Arrays.copyOf(first, first.length + this.fill + last.length);
			Arrays.fill(wire, first.length, first.length + this.fill, (byte) 'x');
			System.arraycopy(last, 0, wire, first.length + this.fill, last.length);
			return wire;
		}

	}

}
